# What the lab builds once and keeps: guest kernel and init, shim, collector, root directories.

# build NAME COMMAND SOURCE...: runs COMMAND (a function) unless it ran for exactly these sources before.
build() {
  local name=$1 command=$2 sum
  shift 2
  sum=$(cat "$@" | sha256sum)
  [[ -e $LAB_DIR/built/$name && $(<"$LAB_DIR/built/$name") == "$sum" ]] && return 0
  note "building $name"
  rm -f "$LAB_DIR/built/$name"
  "$command" >"$LAB_DIR/build-$name.log" 2>&1 || die "building $name failed; see $LAB_DIR/build-$name.log"
  printf '%s\n' "$sum" >"$LAB_DIR/built/$name"
}

build_kernel() { "$LAB_SOURCE/guest/kernel.sh" "$LAB_DIR/guest"; }
build_initrd() { "$LAB_SOURCE/guest/initrd.sh" "$LAB_DIR/guest"; }
# Built beside their place and moved: a running collector's file cannot be overwritten, and a shim's in use must not be.
build_shim() { gcc -O2 -Wall -Wextra -shared -fPIC -o "$LAB_DIR/bin/labshim.new" "$LAB_SOURCE"/shim/{labshim,shape}.c && mv "$LAB_DIR/bin/labshim.new" "$LAB_DIR/bin/labshim.so"; }
build_collector() { gcc -O2 -Wall -Wextra -o "$LAB_DIR/bin/collector.new" "$LAB_SOURCE/beats/collector.c" && mv "$LAB_DIR/bin/collector.new" "$LAB_DIR/bin/collector"; }
build_scripts() { install -m 755 "$LAB_SOURCE"/{qemu-lab,host-init.sh,enter-root.sh} "$LAB_DIR/bin/"; }

# build_artifacts: everything under LAB_DIR that hosts and guests run, so that they do not depend on the work tree.
build_artifacts() {
  mkdir -p "$LAB_DIR"/{built,bin,guest}
  build kernel build_kernel "$LAB_SOURCE/guest/kernel.sh"
  build initrd build_initrd "$LAB_SOURCE/guest/init.c" "$LAB_SOURCE/guest/initrd.sh" "$LAB_DIR/guest/modules"/*
  build shim build_shim "$LAB_SOURCE"/shim/{labshim,shape}.c
  build collector build_collector "$LAB_SOURCE/beats/collector.c"
  build scripts build_scripts "$LAB_SOURCE"/{qemu-lab,host-init.sh,enter-root.sh}
}

# make_root SUITE: its root directory, unless it is there with all the packages. It gets its name when it is complete.
make_root() {
  local root log=$LAB_DIR/root-$1.log
  root=$(root_dir "$1")
  [[ ! -e $root/lab-packages || $(<"$root/lab-packages") != "${ROOT_PACKAGES[*]}" ]] || return 0
  install_packages /usr/sbin/debootstrap debootstrap
  note "making the root directory of Debian $1, about a minute"
  mkdir -p "$LAB_DIR/roots"
  rm -rf --one-file-system "$root.new"
  # namespaces of its own: nothing it mounts or starts outlives it
  timeout --foreground 900 unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
    "$LAB_SOURCE/make-root.sh" "$1" "$root.new" "${ROOT_PACKAGES[@]}" >"$log" 2>&1 || {
    rm -rf --one-file-system "$root.new"
    die "no root directory of Debian $1: $(grep -m 1 '^E: ' "$log" || tail -n 1 "$log"); see $log"
  }
  printf '%s\n' "${ROOT_PACKAGES[*]}" >"$root.new/lab-packages"
  rm -rf --one-file-system "$root"
  mv "$root.new" "$root"
}
