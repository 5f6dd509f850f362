# What the lab builds once and keeps: guest kernel and init, shim, collector.

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
build_shim() { gcc -O2 -Wall -Wextra -shared -fPIC -o "$LAB_DIR/bin/labshim.so" "$LAB_SOURCE/shim/labshim.c"; }
# Built beside its place and moved: a running collector's file cannot be overwritten.
build_collector() { gcc -O2 -Wall -Wextra -o "$LAB_DIR/bin/collector.new" "$LAB_SOURCE/beats/collector.c" && mv "$LAB_DIR/bin/collector.new" "$LAB_DIR/bin/collector"; }
build_scripts() { install -m 755 "$LAB_SOURCE/qemu-lab" "$LAB_SOURCE/host-init.sh" "$LAB_DIR/bin/"; }

# build_artifacts: everything under LAB_DIR that hosts and guests run, so that they do not depend on the work tree.
build_artifacts() {
  mkdir -p "$LAB_DIR"/{built,bin,guest}
  build kernel build_kernel "$LAB_SOURCE/guest/kernel.sh"
  build initrd build_initrd "$LAB_SOURCE/guest/init.c" "$LAB_SOURCE/guest/initrd.sh" "$LAB_DIR/guest/modules"/*
  build shim build_shim "$LAB_SOURCE/shim/labshim.c"
  build collector build_collector "$LAB_SOURCE/beats/collector.c"
  build scripts build_scripts "$LAB_SOURCE/qemu-lab" "$LAB_SOURCE/host-init.sh"
}
