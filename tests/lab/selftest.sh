#!/bin/bash
# Does the lab itself work? Brings it up, moves guests, breaks things, takes it down. Under 90 s.
# With --with-h3, or when h3 is up, also h3; the first time that takes a minute more.
# Exit codes: 0 all passed, 1 some failed, 2 wrong usage, 3 none failed but some could not be run.
# shellcheck disable=SC2016 # the lines with eval expand when their test runs
set -uo pipefail
lab=$(cd "$(dirname "$0")" && pwd)/lab
eval "$("$lab" env)"
passed=0 failed=0 not_run=0 output='' begun=$SECONDS with_h3='' h3_missing=''
h1=qemu+tcp://10.77.0.11/system h2=qemu+tcp://10.77.0.12/system h3=qemu+tcp://10.77.0.13/system
case $*/$# in
  /0) [[ ! -e $LAB_DIR/added-host ]] || with_h3=yes ;;
  --with-h3/1) with_h3=yes ;;
  *) printf 'usage: selftest.sh [--with-h3]\n' >&2; exit 2 ;;
esac

# test_that TEXT COMMAND...: counts it; its output is shown only when it fails. Nothing may take more than 60 s.
test_that() {
  local text=$1 from=$EPOCHREALTIME
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'ok      %5.1f s  %s\n' "$(awk "BEGIN {print $EPOCHREALTIME - $from}")" "$text"
  else
    failed=$((failed + 1))
    printf 'FAILED           %s\n%s\n' "$text" "$output" | sed '2,$s/^/        /'
  fi
}

# test_h3 TEXT COMMAND...: a test of h3, not run where there can be none.
test_h3() {
  if [[ -z $h3_missing ]]; then
    test_that "$@"
  else
    not_run=$((not_run + 1))
    printf 'NOT RUN          %s\n' "$1"
  fi
}

# make_h3: its root directory, which needs a Debian archive; sets h3_missing to the reason why there is none.
make_h3() {
  local text
  if ! text=$(timeout 1000 "$lab" up --with-h3 2>&1) && [[ ! -e $LAB_DIR/roots/trixie ]]; then
    h3_missing=${text##*$'\n'}
    printf 'h3 cannot be made, its tests are not run: %s\n' "$h3_missing"
  fi
}

# newer LIBVIRT QEMU: h3 says that both are at least that new.
newer() {
  local versions
  versions=$(timeout 20 virsh -c $h3 version --daemon) || return 1
  printf '%s\n' "$versions"
  [[ $versions =~ 'Running against daemon: '([0-9]+) ]] && ((BASH_REMATCH[1] >= $1)) &&
    [[ $versions =~ 'Running hypervisor: QEMU '([0-9]+) ]] && ((BASH_REMATCH[1] >= $2))
}

# not COMMAND...: succeeds when the command fails.
not() { ! "$@"; }

# move FROM TO GUEST FLAG...: a live migration as a user would do it.
move() {
  local from=$1 to=$2 guest=$3
  shift 3
  timeout 60 virsh -q -c "$from" migrate --live --p2p --persistent --undefinesource "$@" "$guest" "$to"
}

# says PATTERN COMMAND...: the command succeeds and prints a line like that.
says() {
  local pattern=$1 text status=0
  shift
  text=$(timeout 60 "$@" 2>&1) || status=$?
  printf '%s\n' "$text"
  ((status == 0)) && grep -Eq "$pattern" <<<"$text"
}

# wrong_name FROM TO GUEST: a live migration that ends because the destination's certificate does not have the name.
wrong_name() {
  local text
  if text=$(move "$@" --tls --parallel --tls-destination nobody 2>&1); then return 1; fi
  printf '%s\n' "$text"
  grep -q 'Certificate does not match the hostname nobody' <<<"$text"
}

# crash HOST: kill -9 of its PID 1.
crash() {
  local pid started
  read -r pid started <"$LAB_DIR/hosts/$1/init.pid" && [[ -n $started ]] || return 1
  kill -9 "$pid"
}

# steady GUEST: of the last two seconds it has lost no more work than its reports are late.
steady() { says '^lost-work=-?[0-9]{1,3} ' "$lab" work "$1" --since "$(($(date +%s%3N) - 2000))"; }

# stands_for_a_second URI GUEST: that is the work it loses, less the half second that it may catch up on.
stands_for_a_second() {
  local since
  since=$(date +%s%3N)
  virsh -q -c "$1" suspend "$2" && sleep 1 && virsh -q -c "$1" resume "$2" && says '^lost-work=([5-9][0-9]{2}|1[0-4][0-9]{2}) ' "$lab" work "$2" --since "$since"
}

# killed_move: the destination's QEMU dies in mid-migration; the guest stays where it was.
killed_move() {
  local moving
  "$lab" link h1 --rate 200mbit || return 1
  move $h1 $h2 busy & moving=$!
  sleep 1.5
  "$lab" kill h2 qemu busy || return 1
  not wait $moving && "$lab" link h1 --up && "$lab" check busy
}

# give_shape HOST FREE: three cells, each with 256 huge pages, FREE of them free.
give_shape() { "$lab" numa "$1" --cell-ids 0,2,5 --cpus 4 --threads 2 --memory 16GiB --hugepages "2MiB:256/$2"; }

# bound_guest: XML of a guest whose CPUs, memory cells, huge pages, emulator and I/O thread are all bound within that shape.
bound_guest() {
  cat <<'XML'
<vcpu>2</vcpu>
<iothreads>1</iothreads>
<memoryBacking><hugepages/></memoryBacking>
<cputune>
  <vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5,11'/>
  <emulatorpin cpuset='2-3'/>
  <iothreadpin iothread='1' cpuset='10'/>
</cputune>
<numatune>
  <memory mode='strict' nodeset='2,5'/>
  <memnode cellid='0' mode='strict' nodeset='2'/><memnode cellid='1' mode='strict' nodeset='5'/>
</numatune>
<cpu mode='custom' match='exact' check='none'>
  <model fallback='forbid'>qemu64</model>
  <numa><cell id='0' cpus='0' memory='64' unit='MiB'/><cell id='1' cpus='1' memory='64' unit='MiB'/></numa>
</cpu>
XML
}

# shaped ADDRESS: its libvirt shows that shape with 200 free huge pages; second threads are numbered after all first ones.
shaped() {
  local uri=qemu+tcp://$1/system
  says '^NUMA cell\(s\): +3$' timeout 10 virsh -c "$uri" nodeinfo &&
    says "<cpu id='11' socket_id='2' .*core_id='1' siblings='5,11'/>" grep '<cpu id=' <(timeout 10 virsh -c "$uri" capabilities) &&
    says '^2048KiB: 200$' timeout 10 virsh -c "$uri" freepages --cellno 5 --pagesize 2048 &&
    says '^2: 15204352 KiB$' timeout 10 virsh -c "$uri" freecell --cellno 2
}

# bound NAME HOST: what that host's shim took for its QEMU, and what libvirt says of its CPUs, also after a restart.
bound() {
  local pins line
  pins=$("$lab" pins "$1") || return 1
  printf '%s\n' "$pins"
  for line in 'thread="CPU 0/TCG" cpus=4' 'thread="CPU 1/TCG" cpus=5,11' 'thread="IO iothread1" cpus=10' 'cpus=2-3' \
    'call=set_mempolicy bytes=0 mode=bind nodes=2,5' 'call=mbind bytes=[0-9]+ mode=bind nodes=2' 'call=mbind bytes=[0-9]+ mode=bind nodes=5'; do
    grep -Eq " $line\$" <<<"$pins" || { printf 'missing: %s\n' "$line"; return 1; }
  done
  "$lab" kill "$2" libvirtd && "$lab" start "$2" libvirtd && says '^CPU Affinity: +-----y-----y$' "$lab" run "$2" -- virsh vcpuinfo "$1"
}

# refused PATTERN COMMAND...: the command fails and says so.
refused() {
  local pattern=$1 text
  shift
  if text=$("$@" 2>&1); then return 1; fi
  printf '%s\n' "$text"
  grep -Eq "$pattern" <<<"$text"
}

# own_shape HOST: it has as many cells and CPUs as this machine.
own_shape() {
  local cells=(/sys/devices/system/node/node[0-9]*)
  says "^NUMA cell\(s\): +${#cells[@]}\$" "$lab" run "$1" -- virsh nodeinfo && says "^CPUs online: +$(nproc --all)\$" "$lab" run "$1" -- virsh nodecpumap &&
    not grep "^$1:.*numa" <("$lab" status)
}

guests=$(for uri in $h1 $h2 $h3; do timeout 10 virsh -q -c "$uri" list --all 2>/dev/null; done)
if [[ -n $guests ]]; then
  printf 'The lab has guests, perhaps those of another test; this one would end them. Run: lab down\n' >&2
  exit 1
fi
held=$(mktemp)
trap '"$lab" down >/dev/null 2>&1; rm -f "$held"' EXIT
"$lab" down >/dev/null 2>&1

test_that 'up'                                       timeout 60 flock "$held" "$lab" up
test_that 'its hosts hold no descriptor of its caller' flock --nonblock "$held" true
test_that 'a second up changes nothing'              timeout 10 "$lab" up
test_that 'status is healthy'                        "$lab" status
test_that 'virsh reaches h2 from outside'            timeout 10 virsh -c $h2 list --all
test_that 'libvirt knows the speed of the link'      says "link speed='10000'" virsh -c $h1 nodedev-dumpxml net_mig_52_54_00_4e_00_0b
test_that 'an idle guest'                            "$lab" vm idle --on h1 --workingset 16MiB --memory 128MiB
test_that 'a busy guest with a disk'                 "$lab" vm busy --on h1 --dirty 20MiB/s --disk shared
test_that 'a name is taken once'                     not "$lab" vm busy --on h2
test_that 'busy moves to h2'                         move $h1 $h2 busy
test_that 'no page was lost, and it is on h2'        says '^lost=0 .*disk-errors=0 host=h2' "$lab" check busy
test_that 'its blackout was seen'                    says '^blackout=[0-9]+ from=h1 to=h2' "$lab" blackout busy
test_that 'busy moves back, parallel, zero-copy'     move $h2 $h1 busy --parallel --zerocopy
test_that 'no page was lost, and it is on h1'        says '^lost=0 .*host=h1' "$lab" check busy
test_that 'what h1 sent to QEMU can be read'         says '^[0-9]{13} [^ ]+ \{"execute":"migrate",' "$lab" qmp h1
test_that 'a wrong certificate name leaves the guest' eval 'wrong_name $h1 $h2 busy && says "^lost=0 .*host=h1" "$lab" check busy'
test_that 'busy moves to h2 over TLS'                move $h1 $h2 busy --tls --migrateuri tcp://10.78.0.12 --tls-destination h2
test_that 'QEMU was told the name'                   says '"tls-creds":"[^"]+","tls-hostname":"h2"' "$lab" qmp h1
test_that 'no page was lost, and it is on h2'        says '^lost=0 .*host=h2' "$lab" check busy
test_that 'busy moves back over TLS, parallel'       move $h2 $h1 busy --tls --parallel --migrateuri tcp://10.78.0.11 --tls-destination 10.77.0.11
test_that 'no page was lost, and it is on h1'        says '^lost=0 .*host=h1' "$lab" check busy
test_that 'it writes at its rate'                    says 'rate=(19|20|21)\.' "$lab" check busy
test_that 'it loses no work by itself'               steady busy
test_that 'it loses a second of work by standing'    stands_for_a_second $h1 busy
test_that 'a guest that writes nothing has no work'  refused 'writes nothing' "$lab" work idle --since "$(($(date +%s%3N) - 500))"
test_that 'idle moves over a link of 400 Mbit/s'     eval '"$lab" link h1 --rate 400mbit && move $h1 $h2 idle && "$lab" check idle'
test_that 'status shows the rate'                    says 'migration link up rate 400Mbit' "$lab" status
test_that 'link up ends the rate'                    eval '"$lab" link h1 --up && not says "rate" "$lab" status'
test_that 'a killed move leaves the guest'           killed_move
test_that 'management down: h1 cannot be reached'    eval '"$lab" link h1 --network management --down && not timeout 3 virsh -c $h1 list'
test_that 'management up: it can again'              eval '"$lab" link h1 --network management --up && timeout 20 virsh -c $h1 list'
test_that 'libvirtd killed: no answer'               eval '"$lab" kill h1 libvirtd && not timeout 5 virsh -c $h1 list'
test_that 'its guest runs on'                        "$lab" check busy
test_that 'libvirtd started: it knows its guest'     eval '"$lab" start h1 libvirtd && says "busy +running" virsh -c $h1 list'
test_that 'up heals a host that was killed'          eval 'crash h2 && "$lab" up && "$lab" status && "$lab" check busy'
test_that 'a guest that is killed gives no sign'     eval '"$lab" kill h1 qemu busy && not "$lab" check busy'
test_that 'destroy removes it everywhere'            eval '"$lab" destroy busy && not timeout 10 virsh -c $h1 domid busy'
test_that 'two hosts get an invented shape'          eval 'give_shape h1 200 && give_shape h2 200'
test_that 'libvirt shows it, by cell'                shaped 10.77.0.12
test_that 'status shows it'                          says '^h2: running, .*, numa --cell-ids 0,2,5 --cpus 4' "$lab" status
test_that 'it outlives a crash of the host'          eval 'crash h2 && "$lab" up && shaped 10.77.0.12'
test_that 'a bound guest on huge pages starts'       "$lab" vm bound --on h1 --vcpus 2 --memory 128MiB --workingset 16MiB --dirty 10MiB/s --xml-extra <(bound_guest)
test_that 'its <memory> is not that of <numatune>'   grep -q "<memory unit='MiB'>128<" "$LAB_DIR/shared/bound.xml"
test_that 'its bindings are logged and known'        bound bound h1
test_that 'the shape cannot change under it'         refused 'has guests \(bound\)' "$lab" numa h1 --real
test_that 'it moves to a host of the same shape'     move $h1 $h2 bound
test_that 'no page was lost, and it is on h2'        says '^lost=0 .*host=h2' "$lab" check bound
test_that 'its bindings came along'                  bound bound h2
test_that 'too few free huge pages refuse it'        eval 'give_shape h1 20 && refused "preallocating memory failed" move $h2 $h1 bound'
test_that 'so does a host of the own shape'          eval '"$lab" numa h1 --real && refused "NUMA node 2 is unavailable" move $h2 $h1 bound'
test_that 'no page was lost, and it is on h2'        says '^lost=0 .*host=h2' "$lab" check bound
if [[ -n $with_h3 ]]; then
  test_that 'a guest for all generations'            "$lab" vm mixed --on h1 --dirty 20MiB/s --disk shared
  make_h3
  test_h3 'up adds h3 to the others'                 eval 'timeout 60 "$lab" up --with-h3 && "$lab" status && "$lab" check mixed'
  test_h3 'it has libvirt 11, QEMU 10, or newer'     newer 11 10
  test_h3 'a plain up keeps it'                      eval 'timeout 10 "$lab" up && says "^h3: running" "$lab" status'
  test_h3 'the cluster has it'                       grep -q '"h3".*"10\.78\.0\.13"' "$VIRTMIGRATION_HOME/cluster.json"
  test_h3 'it moves to h3'                           move $h1 $h3 mixed
  test_h3 'no page was lost, and it is on h3'        says '^lost=0 .*disk-errors=0 host=h3' "$lab" check mixed
  test_h3 'its blackout was seen'                    says '^blackout=[0-9]+ from=h1 to=h3' "$lab" blackout mixed
  test_h3 'it moves back, parallel, zero-copy'       move $h3 $h1 mixed --parallel --zerocopy
  test_h3 'no page was lost, and it is on h1'        says '^lost=0 .*disk-errors=0 host=h1' "$lab" check mixed
  test_h3 'it moves to h3 over TLS and back'         eval 'move $h1 $h3 mixed --tls --tls-destination h3 && move $h3 $h1 mixed --tls --parallel --tls-destination h1'
  test_h3 'h3 refuses a wrong certificate name'      eval 'wrong_name $h1 $h3 mixed && says "^lost=0 .*host=h1" "$lab" check mixed'
  test_h3 'what h3 sent to QEMU can be read'         says '^[0-9]{13} [^ ]+ \{"execute":"migrate",' "$lab" qmp h3
  test_h3 'h3 gets the shape, the bound guest moves' eval 'give_shape h3 200 && shaped 10.77.0.13 && move $h2 $h3 bound'
  test_h3 'no page was lost, its bindings came along' eval 'says "^lost=0 .*host=h3" "$lab" check bound && bound bound h3 && move $h3 $h2 bound'
  test_h3 'a guest of the newest machine type'       "$lab" vm newest --on h3 --machine newest
  test_h3 'it cannot move to h1'                     not move $h3 $h1 newest
  test_h3 'libvirtd of h3 killed and started'        eval '"$lab" kill h3 libvirtd && "$lab" start h3 libvirtd && "$lab" check newest'
fi
test_that 'the own shape is back'                    eval '"$lab" destroy bound && "$lab" numa h2 --real && own_shape h2'
test_that 'wrong usage is told'                      eval '"$lab" link h1 --rate fast; (($? == 2))'
test_that 'down leaves nothing behind'               "$lab" down
test_that 'a second down is fine'                    "$lab" down

printf '%d passed, %d failed%s (%d s)\n' "$passed" "$failed" "${with_h3:+, $not_run not run}" "$((SECONDS - begun))"
((failed == 0)) || exit 1
((not_run == 0)) || exit 3
