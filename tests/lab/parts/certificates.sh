# The lab's own CA and a certificate for each host, for memory that is sent over TLS. Made once and kept in LAB_DIR/pki, where
# QEMU reads them at each migration.

PKI=$LAB_DIR/pki

# certificate_dir HOST: where its QEMU finds the CA's certificate, and its own as server (destination) and as client (source).
certificate_dir() { printf '%s/%s' "$PKI" "$1"; }

# make_certificates HOST...: what is missing.
make_certificates() {
  local host missing=()
  # what another CA signed is worth nothing
  [[ -s $PKI/ca-cert.pem ]] || rm -rf "$PKI"
  for host in "$@"; do [[ -d $(certificate_dir "$host") ]] || missing+=("$host"); done
  ((${#missing[@]})) || return 0
  note "making certificates for ${missing[*]}"
  mkdir -p "$PKI"
  [[ -s $PKI/ca-cert.pem ]] || make_ca
  for host in "${missing[@]}"; do make_certificate "$host"; done
}

# new_certificate NAME CERTIFICATE KEY OPTION... <EXTENSIONS: a key, which only root may read, and a certificate for ten years.
new_certificate() {
  local name=$1 certificate=$2 key=$3
  shift 3
  openssl req -batch -x509 -config <(printf '[req]\ndistinguished_name=name\nx509_extensions=extensions\n[name]\n[extensions]\n' && cat) \
    -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/O=VirtMigration lab/CN=$name" \
    -out "$certificate" -keyout "$key" "$@" >"$LAB_DIR/certificates.log" 2>&1 ||
    die "no certificate for $name; see $LAB_DIR/certificates.log"
}

# make_ca: its certificate gets its name when it is complete.
make_ca() {
  new_certificate CA "$PKI/ca-cert.new" "$PKI/ca-key.pem" <<'EXTENSIONS'
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
EXTENSIONS
  mv "$PKI/ca-cert.new" "$PKI/ca-cert.pem"
}

# make_certificate HOST: one for both directions, for its name and its addresses. The folder gets its name when it is complete.
make_certificate() {
  local host=$1 folder role part
  folder=$(certificate_dir "$host")
  rm -rf "$folder.new"
  mkdir "$folder.new"
  # keyEncipherment: QEMU asks for it, though a key of this kind has no use for it
  new_certificate "$host" "$folder.new/cert.pem" "$folder.new/key.pem" -CA "$PKI/ca-cert.pem" -CAkey "$PKI/ca-key.pem" <<EXTENSIONS
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:$host, IP:$(host_address "$host" management), IP:$(host_address "$host" migration)
authorityKeyIdentifier = keyid
EXTENSIONS
  for role in server client; do
    for part in cert key; do ln -s "$part.pem" "$folder.new/$role-$part.pem"; done
  done
  cp "$PKI/ca-cert.pem" "$folder.new/"
  mv "$folder.new" "$folder"
}
