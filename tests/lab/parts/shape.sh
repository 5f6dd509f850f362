# A host's invented shape: cells, CPUs, memory and huge pages that this machine does not have.
#
# A tree of plain files is mounted over what libvirt and libnuma read of the kernel's, in the host's mount namespace alone:
# the figures stand still, whatever the guests take. The tree and the options that it was made from are in the host's
# folder `shape` until `lab numa HOST --real` or `lab down`; shim/shape.c takes pins to what does not exist.

SHAPE_PLACES=(node:/sys/devices/system/node cpu:/sys/devices/system/cpu hugepages:/sys/kernel/mm/hugepages meminfo:/proc/meminfo lab:/run/lab)
PAGE_FOLDER=/run/lab/pages          # a folder for each size of huge pages; the shim says that they are hugetlbfs
PAGE_SIZES=(2048 1048576)           # KiB, what x86 has

shape_dir() { printf '%s/shape' "$(host_dir "$1")"; }
has_shape() { [[ -e $(shape_dir "$1")/options ]]; }

# kernel_list NUMBER...: LIST, ascending numbers as the kernel writes them: 0-3,8.
kernel_list() {
  local first=$1 last=$1 number
  LIST=''
  shift
  for number in "$@" ''; do
    [[ $number != "$((last + 1))" ]] || { last=$number; continue; }
    LIST+=${LIST:+,}$first
    ((first == last)) || LIST+=-$last
    first=$number last=$number
  done
}

# kernel_mask COUNT NUMBER...: MASK, the same of COUNT possible ones in hexadecimal: 00000000,0000010f.
kernel_mask() {
  local words=() number word
  for ((word = 0; word * 32 < $1; word++)); do words[word]=0; done
  shift
  for number in "$@"; do ((words[number / 32] |= 1 << number % 32)); done
  MASK=''
  for word in "${words[@]}"; do printf -v MASK '%08x%s' "$word" "${MASK:+,$MASK}"; done
}

# put FILE TEXT
put() { printf '%s\n' "$2" >"$1"; }

# put_cpus FILE COUNT CPU...: the mask in FILE, and the list in FILE_list, or in cpulist beside a cpumap.
put_cpus() {
  local file=$1 list=$1_list
  shift
  [[ $file != *map ]] || list=${file%map}list
  kernel_mask "$@"
  put "$file" "$MASK"
  shift
  kernel_list "$@"
  put "$list" "$LIST"
}

# put_cpu FOLDER COUNT CPU CORE CELL-INDEX CELL-CPUS SIBLINGS: one CPU; each cell is a socket with a cache of its own.
put_cpu() {
  local cpu=$1/cpu$3 count=$2 core=$4 socket=$5 cell=() siblings=() name index=0 level type size
  read -ra cell <<<"$6"
  read -ra siblings <<<"$7"
  mkdir -p "$cpu"/topology "$cpu"/cache/index{0..3}
  put "$cpu/online" 1
  put "$cpu/topology/core_id" "$core"
  put "$cpu/topology/physical_package_id" "$socket"
  put "$cpu/topology/die_id" 0
  put "$cpu/topology/cluster_id" "$core"
  for name in thread_siblings core_cpus cluster_cpus; do put_cpus "$cpu/topology/$name" "$count" "${siblings[@]}"; done
  for name in core_siblings package_cpus die_cpus; do put_cpus "$cpu/topology/$name" "$count" "${cell[@]}"; done
  while read -r level type size; do
    put "$cpu/cache/index$index/level" "$level"
    put "$cpu/cache/index$index/type" "$type"
    put "$cpu/cache/index$index/size" "$size"
    if ((level == 3)); then
      put "$cpu/cache/index$index/id" "$socket"
      put_cpus "$cpu/cache/index$index/shared_cpu_map" "$count" "${cell[@]}"
    else
      put "$cpu/cache/index$index/id" "${siblings[0]}"
      put_cpus "$cpu/cache/index$index/shared_cpu_map" "$count" "${siblings[@]}"
    fi
    index=$((index + 1))
  done <<<$'1 Data 32K\n1 Instruction 32K\n2 Unified 1024K\n3 Unified 16384K'
}

# put_pages FOLDER KIB TOTAL FREE: the huge pages of one size.
put_pages() {
  mkdir -p "$1/hugepages-$2kB"
  put "$1/hugepages-$2kB/nr_hugepages" "$3"
  put "$1/hugepages-$2kB/free_hugepages" "$4"
  put "$1/hugepages-$2kB/surplus_hugepages" 0
}

# put_host_memory FOLDER CELLS MEMORY-KIB FREE-KIB PAGES FREE-PAGES (of 2 MiB): /proc/meminfo, this machine's but for that.
put_host_memory() {
  local total=$(($2 * $3)) free=$(($2 * $4)) pages=$(($2 * $5)) free_pages=$(($2 * $6)) name rest
  while read -r name rest; do
    case $name in
      MemTotal:) rest="$total kB" ;;
      MemFree: | MemAvailable:) rest="$free kB" ;;
      Buffers: | Cached: | HugePages_* | Hugepagesize: | Hugetlb:) continue ;;
    esac
    printf '%-16s %s\n' "$name" "$rest"
  done </proc/meminfo >"$1/meminfo"
  printf '%-16s %s\n' Buffers: '0 kB' Cached: '0 kB' HugePages_Total: "$pages" HugePages_Free: "$free_pages" HugePages_Rsvd: 0 \
    HugePages_Surp: 0 Hugepagesize: '2048 kB' >>"$1/meminfo"
}

# make_shape FOLDER IDS CPUS THREADS MEMORY-KIB FREE-KIB KIB:TOTAL:FREE...: the tree, and in `wanted` what libvirt must make of it.
# IDS is like 0,2,5; CPUS and memory are of each cell. CPUs are numbered as on Intel's hosts: all first threads, cell by cell,
# then all second ones.
make_shape() {
  local folder=$1 numbers=() cpus=$3 threads=$4 memory=$5 free=$6 sizes=("${@:7}")
  local cores all_cores count index id other thread core cpu page kib total free_pages cell siblings line cell_dir
  IFS=, read -ra numbers <<<"$2"
  cores=$((cpus / threads)) all_cores=$((cpus * ${#numbers[@]} / threads)) count=$((cpus * ${#numbers[@]}))
  mkdir -p "$folder"/{node,cpu,hugepages,lab/pins,lab/pages}
  put "$folder/lab/shape" /var/log/libvirt/shim.log
  kernel_list "${numbers[@]}"
  for line in online possible has_cpu has_memory has_normal_memory; do put "$folder/node/$line" "$LIST"; done
  for line in online possible present; do put "$folder/cpu/$line" "0-$((count - 1))"; done
  for line in offline isolated; do put "$folder/cpu/$line" ''; done
  put "$folder/cpu/kernel_max" 8191
  for index in "${!numbers[@]}"; do
    id=${numbers[index]} cell_dir=$folder/node/node$id cell='' line=''
    for ((thread = 0; thread < threads; thread++)); do
      for ((core = 0; core < cores; core++)); do cell+="$((thread * all_cores + index * cores + core)) "; done
    done
    mkdir -p "$cell_dir"
    # shellcheck disable=SC2086 # numbers
    put_cpus "$cell_dir/cpumap" "$count" $cell
    for other in "${numbers[@]}"; do line+="$((other == id ? 10 : 20)) "; done
    put "$cell_dir/distance" "${line% }"
    printf "Node $id %-12s %12d kB\n" MemTotal: "$memory" MemFree: "$free" MemUsed: "$((memory - free))" FilePages: 0 >"$cell_dir/meminfo"
    line="cell $id $memory KiB"
    for page in "${sizes[@]}"; do
      IFS=: read -r kib total free_pages <<<"$page"
      put_pages "$cell_dir/hugepages" "$kib" "$total" "$free_pages"
      line+=" $kib:$total"
      ((kib != 2048)) || printf "Node $id %-16s %8d\n" HugePages_Total: "$total" HugePages_Free: "$free_pages" HugePages_Surp: 0 >>"$cell_dir/meminfo"
    done
    for cpu in $cell; do
      core=$((cpu % all_cores)) siblings=''
      for ((thread = 0; thread < threads; thread++)); do siblings+="$((thread * all_cores + core)) "; done
      put_cpu "$folder/cpu" "$count" "$cpu" "$((core % cores))" "$index" "$cell" "$siblings"
      ln -s "../../cpu/cpu$cpu" "$cell_dir/cpu$cpu"
      ln -s "../../node/node$id" "$folder/cpu/cpu$cpu/node$id"
      # shellcheck disable=SC2086 # numbers
      kernel_list $siblings
      line+=" $cpu/$LIST"
    done
    printf '%s\n' "$line"
  done >"$folder/wanted"
  for page in "${sizes[@]}"; do
    IFS=: read -r kib total free_pages <<<"$page"
    put_pages "$folder/hugepages" "$kib" "$((total * ${#numbers[@]}))" "$((free_pages * ${#numbers[@]}))"
    ((total == 0)) || mkdir "$folder/lab/pages/${kib}kB"
    ((kib != 2048)) || put_host_memory "$folder" "${#numbers[@]}" "$memory" "$free" "$total" "$free_pages"
  done
}

# page_folders HOST: where its libvirt finds huge pages, as words "FOLDER KIB FREE", one a line.
page_folders() {
  local dir folder kib
  dir=$(shape_dir "$1")
  for folder in "$dir"/lab/pages/*kB; do
    kib=${folder##*/}
    printf '%s %s %s\n' "$PAGE_FOLDER/$kib" "${kib%kB}" "$(<"$dir/hugepages/hugepages-$kib/free_hugepages")"
  done
}

# shape_mounts HOST: those of SHAPE_PLACES that are mounted over, and folders of huge pages, one a line.
shape_mounts() {
  local place places='' pid
  pid=$(host_pid "$1") || die "host $1 is not running; start it with: lab up"
  for place in "${SHAPE_PLACES[@]}"; do places+=" ${place#*:} "; done
  awk -v places="$places" -v pages="$PAGE_FOLDER/" 'index(places, " " $5 " ") || index($5, pages) == 1 {print $5}' "/proc/$pid/mountinfo"
}

# shape_worn HOST: all that its shape needs is mounted; nothing is, if it has none.
shape_worn() {
  local wanted=0
  ! has_shape "$1" || wanted=$((${#SHAPE_PLACES[@]} + $(page_folders "$1" | wc -l)))
  (($(shape_mounts "$1" | wc -l) == wanted))
}

# take_off_shape HOST: nothing of a shape is mounted any more.
take_off_shape() {
  local mounts
  mapfile -t mounts < <(shape_mounts "$1" | tac)
  ((${#mounts[@]} == 0)) || in_host "$1" umount --lazy "${mounts[@]}"
}

# wear_shape HOST: mounts what it has, if it has a shape; its libvirtd does not run, since it asks only once.
wear_shape() {
  local host=$1 dir place folder kib free
  dir=$(shape_dir "$host")
  take_off_shape "$host"
  write_libvirt_configuration "$host" "$(host_dir "$host")/etc/libvirt"
  has_shape "$host" || return 0
  rm -f "$dir"/lab/pins/*
  in_host "$host" mkdir -p /run/lab
  for place in "${SHAPE_PLACES[@]}"; do in_host "$host" mount --bind "$dir/${place%%:*}" "${place#*:}"; done
  # Memory on "huge pages" is limited to the free ones. 64 KiB more: qemu-lab makes each block 8 KiB longer.
  while read -r folder kib free; do in_host "$host" mount -t tmpfs -o "size=$((kib * free + 64))k" tmpfs "$folder"; done < <(page_folders "$host")
}

# repair_shape HOST: a `lab numa` that was killed may have left half a shape; it had stopped libvirtd before.
repair_shape() {
  shape_worn "$1" && return 0
  note "the shape of $1 was not as it should be; mounted again"
  kill_inside "$1" libvirtd.pid || true
  wear_shape "$1"
}

# seen_shape HOST: what its libvirt says, in the words of `wanted`.
seen_shape() {
  on "$1" capabilities | awk -F"'" '
    /<cell id=/ { cell = "cell " $2; pages = cpus = "" }
    cell != "" && /<memory / { split($0, part, /[<>]/); memory = " " part[3] " " $2 }
    cell != "" && /<pages / && $4 != 4 { split($0, part, /[<>]/); pages = pages " " $4 ":" part[3] }
    cell != "" && /<cpu id=/ { cpus = cpus " " $2 "/" $(NF - 1) }
    cell != "" && /<\/cell>/ { print cell memory pages cpus; cell = "" }'
}

# shape_seen HOST
shape_seen() { [[ $(seen_shape "$1") == "$(<"$(shape_dir "$1")/wanted")" ]]; }

# own_shape_seen HOST: it says what the kernel says, for a host without a shape.
own_shape_seen() { [[ $(on "$1" capabilities | grep -c '<cell id=') == "$(in_host "$1" ls -d /sys/devices/system/node/node[0-9]* | wc -l)" ]]; }

# change_shape HOST FOLDER: FOLDER becomes its shape, or none if there is no FOLDER; a new libvirtd sees it.
change_shape() {
  local host=$1 new=$2 dir
  dir=$(shape_dir "$host")
  kill_inside "$host" libvirtd.pid || true
  # in this order: if it ends half-way, `lab up` sees that something is missing
  take_off_shape "$host"
  rm -rf "$dir"
  [[ ! -e $new ]] || mv "$new" "$dir"
  wear_shape "$host"
  start_daemon "$host"
  if has_shape "$host"; then
    shape_seen "$host" || die "libvirt on $host does not show the shape asked for:"$'\n'"$(diff "$dir/wanted" <(seen_shape "$host"))"
  else
    own_shape_seen "$host" || die "libvirt on $host still shows an invented shape; see: virsh -c $(host_uri "$host") capabilities"
  fi
}

# cell_ids CELLS IDS: prints the ids of the cells, like 0,2,5, from their number or from their ids; either may be empty.
cell_ids() {
  local id last=-1 list=()
  if [[ -z $2 ]]; then
    [[ $1 =~ ^[1-9][0-9]?$ && $1 -le 64 ]] || usage_error "numa: --cells '$1' must be 1 to 64"
    for ((id = 0; id < $1; id++)); do list+=("$id"); done
  else
    [[ $2 =~ ^[0-9]{1,2}(,[0-9]{1,2})*$ ]] || usage_error "numa: --cell-ids '$2' must be like 0,2,5"
    IFS=, read -ra list <<<"$2"
    for id in "${list[@]}"; do
      [[ $id != 0?* && $id -gt $last && $id -lt 64 ]] || usage_error "numa: --cell-ids '$2' must ascend, within 0 to 63"
      last=$id
    done
    [[ -z $1 || $1 == "${#list[@]}" ]] || usage_error "numa: --cells $1 and --cell-ids $2 do not agree"
  fi
  (IFS=,; printf '%s' "${list[*]}")
}

# huge_pages TEXT: prints words KIB:TOTAL:FREE for each size of PAGE_SIZES from text like 2MiB:512/100,1GiB:4.
huge_pages() {
  local word words=() kib size total free
  local -A found=()
  IFS=, read -ra words <<<"$1"
  for word in "${words[@]}"; do
    [[ $word =~ ^(2MiB|1GiB):([0-9]{1,7})(/([0-9]{1,7}))?$ ]] ||
      usage_error "numa: --hugepages '$word' must be like 2MiB:512 or 1GiB:4/2, pages of each cell and those of them that are free"
    size=${BASH_REMATCH[1]} total=$((10#${BASH_REMATCH[2]}))
    free=$((10#${BASH_REMATCH[4]:-$total}))
    kib=$(($(mebibytes "$size") * 1024))
    [[ -z ${found[$kib]:-} ]] || usage_error "numa: --hugepages '$1' has $size twice"
    ((free <= total)) || usage_error "numa: --hugepages '$word': more pages are free than there are"
    found[$kib]=$kib:$total:$free
  done
  for kib in "${PAGE_SIZES[@]}"; do printf '%s ' "${found[$kib]:-$kib:0:0}"; done
}

# cmd_numa HOST --real | --cells N --cpus M ...
cmd_numa() {
  local host=${1:-} real='' cells='' cpus='' threads=1 ids='' memory=64GiB free='' pages='' options dir guests
  local memory_kib free_kib rest_kib page_words page kib total free_pages
  require_running "$host"
  shift
  options="$*"
  while (($#)); do
    case $1 in
      --real) real=yes ;;
      --cells) cells=$(option_value "$@") || exit; shift ;;
      --cpus) cpus=$(option_value "$@") || exit; shift ;;
      --threads) threads=$(option_value "$@") || exit; shift ;;
      --cell-ids) ids=$(option_value "$@") || exit; shift ;;
      --memory) memory=$(option_value "$@") || exit; shift ;;
      --free) free=$(option_value "$@") || exit; shift ;;
      --hugepages) pages=$(option_value "$@") || exit; shift ;;
      *) usage_error "numa: unknown '$1'" ;;
    esac
    shift
  done
  if [[ -n $real ]]; then
    [[ $options == --real ]] || usage_error "numa: --real goes with nothing else"
  else
    [[ -n $cells$ids && -n $cpus ]] || usage_error "numa $host: say --cells N (or --cell-ids) and --cpus M, or --real"
    ids=$(cell_ids "$cells" "$ids") || exit
    cells=${ids//[!,]/} cells=$((${#cells} + 1))
    [[ $cpus =~ ^[1-9][0-9]{0,2}$ && $((cpus * cells)) -le 512 ]] || usage_error "numa: --cpus '$cpus' must be 1 or more for each cell, at most 512 in all"
    [[ $threads =~ ^[1-8]$ && $((cpus % threads)) == 0 ]] || usage_error "numa: --threads '$threads' must be 1 to 8 and divide the $cpus CPUs of a cell"
    memory_kib=$(mebibytes "$memory") || usage_error "numa: --memory '$memory' must be like 64GiB or 512MiB"
    memory_kib=$((memory_kib * 1024))
    page_words=$(huge_pages "$pages") || exit
    rest_kib=$memory_kib
    for page in $page_words; do
      IFS=: read -r kib total free_pages <<<"$page"
      rest_kib=$((rest_kib - kib * total))
    done
    ((rest_kib >= 0)) || usage_error "numa: --hugepages '$pages' are more than the $memory of a cell"
    if [[ -n $free ]]; then
      free_kib=$(mebibytes "$free") || usage_error "numa: --free '$free' must be like 60GiB or 512MiB"
      free_kib=$((free_kib * 1024))
      ((free_kib <= rest_kib)) || usage_error "numa: --free $free is more than what the huge pages leave of $memory, $((rest_kib / 1024))MiB"
    else
      free_kib=$((rest_kib - memory_kib / 16))
      ((free_kib >= 0)) || free_kib=0
    fi
  fi
  lock
  daemon_answers "$host" || die "libvirtd on $host does not answer; start it with: lab start $host libvirtd"
  guests=$(on "$host" list --name) || die "the guests of $host cannot be listed"
  guests=${guests//$'\n'/ }
  [[ $guests != *[![:space:]]* ]] || die "host $host has guests (${guests%% }): its shape cannot change under them; move or destroy them first"
  dir=$(shape_dir "$host")
  rm -rf "$dir.new"
  if [[ -z $real ]]; then
    # shellcheck disable=SC2086 # words
    make_shape "$dir.new" "$ids" "$cpus" "$threads" "$memory_kib" "$free_kib" $page_words
    put "$dir.new/options" "$options"
  fi
  change_shape "$host" "$dir.new"
  if [[ -n $real ]]; then note "host $host has the machine's own shape"; else note "host $host has an invented shape: $options"; fi
}

# cmd_pins NAME: what the shim took for the guest's QEMU on its host: pins and bindings to invented CPUs and cells.
cmd_pins() {
  local name=${1:-} host pid runs=''
  [[ -n $name ]] || usage_error "pins: which guest?"
  for host in "${ALL_HOSTS[@]}"; do
    host_alive "$host" || continue
    pid=$(cat "$(host_dir "$host")/run/libvirt/qemu/$name.pid" 2>/dev/null) || continue
    in_host "$host" kill -0 "$pid" 2>/dev/null || continue
    runs=yes
    has_shape "$host" || die "host $host of guest $name has the machine's own shape: no pin is logged"
    awk -v pid="pid=$pid" '$3 == pid' "$(host_dir "$host")/log/shim.log"
  done
  [[ -n $runs ]] || die "guest $name runs nowhere"
}
