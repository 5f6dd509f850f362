#!/bin/bash
# kernel.sh OUT: the distribution's cloud kernel and the modules for a virtio disk and a virtio channel; downloaded, never installed.
set -euo pipefail
out=$1
work=$(mktemp -d "$out/kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

# The metapackage names the current kernel. apt's own user could not write here.
package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -n 1)
[[ -n $package ]] || { printf 'linux-image-cloud-amd64 is unknown to apt; try apt-get update\n' >&2; exit 1; }
apt-get -q -o APT::Sandbox::User=root download "$package"
dpkg-deb --fsys-tarfile ./*.deb | tar -xf - --wildcards './boot/vmlinuz*' '*/drivers/virtio/virtio*.ko' '*/block/virtio_blk.ko' '*/char/virtio_console.ko'

mkdir -p "$out/modules"
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk virtio_console; do
  find lib -name "$module.ko" -exec strip -g -o "$out/modules/$module.ko" {} \;
done
mv boot/vmlinuz-* "$out/vmlinuz"
