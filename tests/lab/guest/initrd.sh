#!/bin/bash
# initrd.sh OUT: OUT/initrd from init.c and the modules in OUT/modules. Not compressed: a TCG guest would pay for it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
work=$(mktemp -d "$out/initrd.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir "$work/dev"
mknod -m 600 "$work/dev/console" c 5 1
cp -r "$out/modules" "$work/modules"
gcc -O2 -Wall -Wextra -static -s -o "$work/init" "$here/init.c"
(cd "$work" && find . | cpio -o -H newc --quiet) >"$out/initrd.new"
mv "$out/initrd.new" "$out/initrd"
