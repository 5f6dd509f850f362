# What the module and a shell need to know about the lab.

# write_cluster HOST...: cluster.json as the module reads it.
write_cluster() {
  local host separator=''
  mkdir -p "$HOME_DIR"
  {
    printf '{\n  "schemaVersion": 1,\n  "hosts": [\n'
    for host in "$@"; do
      printf '%s    { "name": "%s", "cluster": "lab", "connectUri": "%s", "peerUri": "%s", "migrationAddress": "%s", "migrationInterface": "mig" }' \
        "$separator" "$host" "$(host_uri "$host")" "$(host_uri "$host")" "$(host_address "$host" migration)"
      separator=$',\n'
    done
    printf '\n  ]\n}\n'
  } >"$HOME_DIR/cluster.json"
}

# cmd_env: for eval "$(lab env)"
cmd_env() {
  printf 'export VIRTMIGRATION_HOME=%q\nexport LAB_DIR=%q\n' "$HOME_DIR" "$LAB_DIR"
  # shellcheck disable=SC2016 # the shell that evaluates it expands PATH
  printf 'case ":$PATH:" in *:%q:*) ;; *) export PATH=%q:"$PATH" ;; esac\n' "$LAB_SOURCE" "$LAB_SOURCE"
}
