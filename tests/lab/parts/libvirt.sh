# The configuration of a host's libvirt. What is not said here is libvirt's default, also its worker limits.

# write_libvirt_configuration HOST FOLDER
write_libvirt_configuration() {
  local host=$1 folder=$2 mounts
  mounts=$(page_folders "$host" | awk '{printf "%s\"%s\"", (NR > 1 ? ", " : ""), $1}')
  # host_uuid: two daemons on one machine would otherwise have one UUID and refuse to migrate "to the same host".
  # qmp.log: what is sent to QEMU is a level 2 message of the source file qemu_monitor; of qemu_monitor_json, which the
  # name would also match, and which logs every answer, only errors. The first filter that matches a source counts.
  cat >"$folder/libvirtd.conf" <<CONF
host_uuid = "$(host_uuid "$host")"
listen_tls = 0
listen_tcp = 1
listen_addr = "$(host_address "$host" management)"
auth_tcp = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
log_level = 3
log_filters = "4:qemu.qemu_monitor_json 2:qemu.qemu_monitor"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log 2:file:/var/log/libvirt/qmp.log"
keepalive_interval = 2
keepalive_count = 3
CONF
  # stdio_handler: there is no virtlogd. migration_host: puts the memory stream on the migration network.
  # cgroup_controllers, namespaces: a lab host has no cgroups, and its mounts are private already.
  # keepalive: a peer that is silent is given up after 8 s, here and among the daemons, instead of libvirt's 30 s. A cable that was down
  # for 2 s is got over before: TCP sends again 0.2, 0.6, 1.4, 3 and 6.2 s after a loss.
  # migrate_tls_x509_verify: the destination also wants a certificate of the source.
  cat >"$folder/qemu.conf" <<CONF
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = [ ]
cgroup_controllers = [ ]
stdio_handler = "file"
migration_address = "0.0.0.0"
migration_host = "$(host_address "$host" migration)"
migrate_tls_x509_cert_dir = "$(certificate_dir "$host")"
migrate_tls_x509_verify = 1
keepalive_interval = 2
keepalive_count = 3
${mounts:+hugetlbfs_mount = [ $mounts ]}
CONF
}
