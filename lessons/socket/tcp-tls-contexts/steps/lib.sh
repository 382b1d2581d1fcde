# shellcheck shell=sh
port=tcp://127.0.0.1:2376 files=/root/.docker

# ARG…: a client at the TLS port, with the learner's certificate.
secured() {
  timeout 4 docker --tlsverify --tlscacert "$files/ca.pem" --tlscert "$files/cert.pem" --tlskey "$files/key.pem" -H "$port" "$@"
}

# Certificates and an engine that asks for them; what the learner has set up is kept.
secure() {
  ! secured version >/dev/null 2>&1 || return 0
  mkdir -p /root/tls "$files"
  _certificate -subj /CN=lab-ca -keyout /root/tls/ca-key.pem -out /root/tls/ca.pem
  cp /root/tls/ca.pem "$files/"
  _signed -subj /CN=host -addext subjectAltName=IP:127.0.0.1 -addext extendedKeyUsage=serverAuth \
    -keyout /root/tls/server-key.pem -out /root/tls/server.pem
  _signed -subj /CN=me -addext extendedKeyUsage=clientAuth -keyout "$files/key.pem" -out "$files/cert.pem"
  jq '.hosts = ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2376"] | .tlsverify = true
    | .tlscacert = "/root/tls/ca.pem" | .tlscert = "/root/tls/server.pem" | .tlskey = "/root/tls/server-key.pem"' \
    /etc/docker/daemon.json >/root/tls/daemon.json
  cp /root/tls/daemon.json /etc/docker/daemon.json
  service docker restart >/dev/null
  wait_until 15 secured version
}
_certificate() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "$@" 2>/dev/null; }
_signed() { _certificate -CA /root/tls/ca.pem -CAkey /root/tls/ca-key.pem "$@"; }
