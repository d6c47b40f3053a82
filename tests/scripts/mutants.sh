#!/usr/bin/env bash
# Mutation testing of a room on which custody rests: does a test fail where its code is changed?
#
#   tests/scripts/mutants.sh project|identity|key|custody|encode FOLDER [argument of cargo-mutants]...
#
# A mutant of the whole crate takes a minute to build, one of a crate that has the room, what it imports and their unit tests
# a few seconds. That crate goes to FOLDER, where mutants are made in place, so that no more than it is compiled again; and so
# does the report, FOLDER/mutants.out. Only the room's own tests are run; those of `encode` with its vectors.
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n '4p' "$0" >&2; exit 2; }
room=$1 folder=$(realpath -m "$2")
shift 2
cd "$(dirname "$0")/../.."
case $room in
    project) rooms=(error project units) files='src/project/*' tests=(project::) ;;
    identity) rooms=(atomic error identity project units) files='src/identity/*' tests=(identity::) ;;
    key) rooms=(atomic error identity project units owner/key) files='src/owner/key.rs' tests=(owner::key) ;;
    custody) rooms=(atomic custody error page project units) files='src/custody/*' tests=(custody::) ;;
    encode)
        rooms=(atomic csvfile error identity project release strictfile token units matcher/intake)
        rooms+=(owner/canary owner/encode owner/key owner/normalise owner/source owner/table)
        files='src/owner/encode/*'
        tests=(owner::encode vectors::encoding::fingerprints vectors::encoding::every_case vectors::encoding::canaries vectors::tokens::what_blindlink) ;;
    *) echo "there is no room '$room' in this script" >&2; exit 2 ;;
esac

mkdir -p "$folder"
rm -rf "$folder"/{src,testdata,docs}
mkdir -p "$folder"/{src,testdata,docs}
for name in "${rooms[@]}"; do
    side=$(dirname "$name")
    mkdir -p "$folder/src/$side"
    for path in "src/$name" "src/$name.rs"; do
        if [[ -e $path ]]; then cp -r "$path" "$folder/src/$side/"; fi
    done
    if [[ $side == . ]]; then
        echo "pub mod $name;" >> "$folder/src/lib.rs"
    else
        echo "pub mod $(basename "$name");" >> "$folder/src/$side/mod.rs"
    fi
done
for side in matcher owner; do
    if [[ -e $folder/src/$side/mod.rs ]]; then echo "pub mod $side;" >> "$folder/src/lib.rs"; fi
done
# Tests of other rooms would be compiled with every mutant, and not run.
find "$folder/src" -name '*.rs' -not -path "$folder/$files" -exec sed -i 's/#\[cfg(test)\]/#[cfg(any())]/' {} +
if [[ $room == encode ]]; then
    cp -r tests/vectors "$folder/src/"
    mv "$folder/src/vectors/main.rs" "$folder/src/vectors/mod.rs"
    printf '#[cfg(test)]\nextern crate self as blindlink;\n#[cfg(test)]\nmod vectors;\n' >> "$folder/src/lib.rs"
fi
# The tests read some of these.
cp -r testdata/presets testdata/vectors "$folder/testdata/"
cp -r docs/spec "$folder/docs/"
cp Cargo.lock "$folder/"
# No binary and no benches; lints are for the real crate.
sed -e '/^\[\[bin\]\]/,/^$/d' -e '/^\[\[bench\]\]/,/^$/d' -e '/^\[lints/,$d' -e '/^readme/d' Cargo.toml > "$folder/Cargo.toml"
printf '\n[workspace]\n\n[profile.test]\ndebug = 0\n' >> "$folder/Cargo.toml"
# Every flipped byte is signed, checked or hashed again.
for name in blake3 curve25519-dalek ed25519-dalek sha2 ssh-encoding ssh-key subtle; do
    printf '[profile.test.package.%s]\nopt-level = 2\n' "$name" >> "$folder/Cargo.toml"
done

cd "$folder"
# The log waits for the disk after every entry: a disk in memory has nothing to wait for. A mutant may write without end.
if [[ -z ${TMPDIR:-} && -w /dev/shm ]]; then
    TMPDIR=$(mktemp -d /dev/shm/mutants.XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
fi
ulimit -f 500000
cargo mutants --in-place --file "$files" --minimum-test-timeout 60 --cargo-test-arg=--lib "$@" -- -- "${tests[@]}"
