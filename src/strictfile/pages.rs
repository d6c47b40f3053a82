//! Pages in an order that the `parquet` crate can read: it panics on values by a dictionary that has not come.

use std::path::Path;

use parquet::basic::Encoding;
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::StrictFile;

/// Pages of a column of one row group, a dictionary before whatever needs one.
pub struct StrictPages {
    pages: Box<dyn PageReader>,
    has_dictionary: bool,
}

impl StrictPages {
    /// Those of `pages`.
    #[must_use]
    pub fn new(pages: Box<dyn PageReader>) -> Self {
        Self {
            pages,
            has_dictionary: false,
        }
    }
}

impl std::fmt::Debug for StrictPages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StrictPages").finish_non_exhaustive()
    }
}

impl Iterator for StrictPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for StrictPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.has_dictionary |= page.is_dictionary_page();
            #[allow(deprecated, reason = "files of earlier writers have it")]
            let by_dictionary = matches!(
                page.encoding(),
                Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
            );
            if by_dictionary && !self.has_dictionary {
                return Err(ParquetError::General(
                    "values by a dictionary that has not come".into(),
                ));
            }
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    /// Nothing here skips rows; a page that is skipped is read.
    fn skip_next_page(&mut self) -> Result<()> {
        self.get_next_page().map(drop)
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

/// A whole Parquet file, read row by row.
pub struct StrictReader(SerializedFileReader<StrictFile>);

impl StrictReader {
    /// Opens the file at `path` and reads its footer.
    ///
    /// # Errors
    /// As of the system, and for a footer that cannot be read or that [`StrictFile::check_footer`] refuses.
    pub fn open(path: &Path) -> Result<Self> {
        let file = StrictFile::open(path)?;
        file.check_footer()?;
        SerializedFileReader::new(file).map(Self)
    }
}

impl std::fmt::Debug for StrictReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StrictReader").finish_non_exhaustive()
    }
}

impl FileReader for StrictReader {
    fn metadata(&self) -> &ParquetMetaData {
        self.0.metadata()
    }

    fn num_row_groups(&self) -> usize {
        self.0.num_row_groups()
    }

    fn get_row_group(&self, i: usize) -> Result<Box<dyn RowGroupReader + '_>> {
        Ok(Box::new(StrictGroup(self.0.get_row_group(i)?)))
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_file(projection, self)
    }
}

struct StrictGroup<'f>(Box<dyn RowGroupReader + 'f>);

impl RowGroupReader for StrictGroup<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.0.metadata()
    }

    fn num_columns(&self) -> usize {
        self.0.num_columns()
    }

    fn get_column_page_reader(&self, i: usize) -> Result<Box<dyn PageReader>> {
        let pages = self.0.get_column_page_reader(i)?;
        Ok(Box::new(StrictPages::new(pages)))
    }

    fn get_column_bloom_filter(&self, i: usize) -> Option<&Sbbf> {
        self.0.get_column_bloom_filter(i)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    struct Given(std::vec::IntoIter<Page>);

    impl Iterator for Given {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Result<Page>> {
            self.0.next().map(Ok)
        }
    }

    impl PageReader for Given {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            Ok(self.0.next())
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn data(encoding: Encoding) -> Page {
        Page::DataPage {
            buf: bytes::Bytes::new(),
            num_values: 0,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }
    }

    fn dictionary() -> Page {
        Page::DictionaryPage {
            buf: bytes::Bytes::new(),
            num_values: 0,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        }
    }

    #[test]
    fn values_by_a_dictionary_come_after_it() {
        let read =
            |pages: Vec<Page>| StrictPages::new(Box::new(Given(pages.into_iter()))).count_ok();
        let by = || data(Encoding::RLE_DICTIONARY);
        assert_eq!(
            read(vec![dictionary(), by(), data(Encoding::PLAIN), by()]),
            Ok(4)
        );
        assert_eq!(read(vec![data(Encoding::PLAIN), by()]), Err(1));
        assert_eq!(read(vec![by(), dictionary()]), Err(0));
    }

    impl StrictPages {
        /// The number of pages, or of those before the first that is refused.
        fn count_ok(&mut self) -> std::result::Result<usize, usize> {
            let mut count = 0;
            for page in self {
                page.map_err(|_| count)?;
                count += 1;
            }
            Ok(count)
        }
    }
}
