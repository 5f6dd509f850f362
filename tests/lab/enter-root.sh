#!/bin/bash
# enter-root.sh ROOT SHARED COMMAND...: COMMAND with ROOT as its root directory, and SHARED in it at the path that it has
# outside. Runs in a mount namespace of its own; whoever enters that later is in ROOT as well.
set -euo pipefail
root=$1 shared=$2
shift 2

mount --bind "$root" "$root"                 # only a mount can become the root
mkdir -p "$root$shared"
mount --bind "$shared" "$root$shared"
mount -t proc proc "$root/proc"               # umount looks there
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs tmpfs "$root/tmp"
cd "$root"
pivot_root . mnt
cd /
umount --lazy /mnt
exec "$@"
