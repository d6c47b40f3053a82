#!/usr/bin/env bash
# Mutation testing of a room on which custody rests: does a test fail where its code is changed?
#
#   tests/scripts/mutants.sh project|identity|key|custody|encode FOLDER [argument of cargo-mutants]...
#
# A mutant of the whole crate takes a minute to build, one of a crate that has the room, what it imports and their unit tests
# a few seconds. That crate goes to FOLDER, and so does the report, FOLDER/mutants.out.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $# -ge 2 ]] || { sed -n '4p' "$0" >&2; exit 2; }
room=$1 folder=$2
shift 2
case $room in
    project) rooms=(error project units) files='src/project/*' tests=project:: ;;
    identity) rooms=(atomic error identity project units) files='src/identity/*' tests=identity:: ;;
    key) rooms=(atomic error identity project units owner/key) files='src/owner/key.rs' tests=owner::key ;;
    custody) rooms=(atomic custody error page project units) files='src/custody/*' tests=custody:: ;;
    encode)
        rooms=(atomic error identity project token units owner/encode owner/key owner/normalise owner/source owner/table)
        files='src/owner/encode/*' tests=owner::encode ;;
    *) echo "there is no room '$room' in this script" >&2; exit 2 ;;
esac

mkdir -p "$folder"
rm -rf "$folder"/{src,testdata,docs}
mkdir -p "$folder"/{src/owner,testdata,docs}
for name in "${rooms[@]}"; do
    for path in "src/$name" "src/$name.rs"; do
        if [[ -e $path ]]; then cp -r "$path" "$folder/src/$(dirname "$name")/"; fi
    done
    case $name in
        owner/*) echo "pub mod ${name#owner/};" >> "$folder/src/owner/mod.rs" ;;
        *) echo "pub mod $name;" >> "$folder/src/lib.rs" ;;
    esac
done
if [[ -e $folder/src/owner/mod.rs ]]; then echo 'pub mod owner;' >> "$folder/src/lib.rs"; fi
# Unit tests read some of these.
cp -r testdata/presets testdata/vectors "$folder/testdata/"
cp -r docs/spec "$folder/docs/"
cp Cargo.lock "$folder/"
# No binary and no benches; lints are for the real crate.
sed -e '/^\[\[bin\]\]/,/^$/d' -e '/^\[\[bench\]\]/,/^$/d' -e '/^\[lints/,$d' -e '/^readme/d' Cargo.toml > "$folder/Cargo.toml"
printf '\n[workspace]\n\n[profile.test]\ndebug = 0\n' >> "$folder/Cargo.toml"

cd "$folder"
exec cargo mutants --file "$files" --minimum-test-timeout 60 --cargo-test-arg=--lib "$@" -- "$tests"
