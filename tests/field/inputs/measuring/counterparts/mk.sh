# SPDX-License-Identifier: ISC
set -e
ca() { openssl req -x509 -newkey rsa:2048 -nodes -keyout $1.key -out $1.pem -subj "/CN=$2" -days 3650 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null; }
ca root "Field Root"; ca other "Unknown Root"
# intermediate
openssl req -newkey rsa:2048 -nodes -keyout inter.key -out inter.csr -subj "/CN=Field Inter" 2>/dev/null
openssl x509 -req -in inter.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3000 -extfile <(printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign') -out inter.pem 2>/dev/null
leaf() { # name cn san ca extra-args
 n=$1; cn=$2; san=$3; ca=$4; shift 4
 openssl req -newkey rsa:2048 -nodes -keyout $n.key -out $n.csr -subj "/CN=$cn" 2>/dev/null
 printf "${san:+subjectAltName=$san\n}basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n" > $n.ext
 openssl x509 -req -in $n.csr -CA $ca.pem -CAkey $ca.key -CAcreateserial -extfile $n.ext -out $n.pem "$@" 2>/dev/null; }
leaf good good.example.test "DNS:good.example.test,DNS:*.wild.example.test,IP:127.0.0.1" inter -days 300
cat inter.pem >> good.pem
leaf nochain good.example.test "DNS:good.example.test" inter -days 300
leaf wrong other.example.test "DNS:other.example.test" root -days 300
leaf cnonly good.example.test "" root -days 300
leaf unknown good.example.test "DNS:good.example.test" other -days 300
leaf sha1 good.example.test "DNS:good.example.test" root -days 300 -sha1
leaf wild good.example.test "DNS:*.example.test" root -days 300
leaf wildsub good.example.test "DNS:*.test" root -days 300
leaf long good.example.test "DNS:good.example.test" root -days 9000
leaf utf "ü" "DNS:good.example.test" root -days 300
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.pem -subj "/CN=good.example.test" -addext subjectAltName=DNS:good.example.test -days 300 2>/dev/null
openssl req -x509 -newkey rsa:512 -nodes -keyout rsa512.key -out rsa512.pem -subj "/CN=good.example.test" -addext subjectAltName=DNS:good.example.test -days 300 2>/dev/null || true
openssl ecparam -name secp521r1 -genkey -noout -out ec521.key
openssl req -new -key ec521.key -subj /CN=good.example.test -out ec521.csr
openssl x509 -req -in ec521.csr -CA root.pem -CAkey root.key -CAcreateserial -days 300 -extfile <(echo subjectAltName=DNS:good.example.test) -out ec521.pem 2>/dev/null
openssl genpkey -algorithm ed25519 -out ed.key; openssl req -new -key ed.key -subj /CN=good.example.test -out ed.csr
openssl x509 -req -in ed.csr -CA root.pem -CAkey root.key -CAcreateserial -days 300 -extfile <(echo subjectAltName=DNS:good.example.test) -out ed.pem 2>/dev/null
# client CA
ca client "Client CA"
# expired / future with openssl ca
mkdir -p db; : > db/index; echo 01 > db/serial
cat > ca.cnf <<C
[ca]
default_ca=d
[d]
dir=db
database=db/index
serial=db/serial
new_certs_dir=db
default_md=sha256
policy=p
x509_extensions=e
unique_subject=no
[p]
commonName=supplied
[e]
subjectAltName=DNS:good.example.test
C
dated() { openssl req -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj "/CN=good.example.test" 2>/dev/null; openssl ca -batch -config ca.cnf -cert $4.pem -keyfile $4.key -in $1.csr -out $1.pem -startdate $2 -enddate $3 -notext 2>/dev/null; }
dated expired 20200101000000Z 20210101000000Z root
dated future 20400101000000Z 20410101000000Z root
dated y2050 20200101000000Z 20600101000000Z root
dated y9999 20200101000000Z 99991231235959Z root
# expired intermediate in chain, leaf valid
openssl req -newkey rsa:2048 -nodes -keyout xinter.key -out xinter.csr -subj "/CN=Old Inter" 2>/dev/null
cat > ca2.cnf <<C
[ca]
default_ca=d
[d]
dir=db
database=db/index
serial=db/serial
new_certs_dir=db
default_md=sha256
policy=p
x509_extensions=e
unique_subject=no
[p]
commonName=supplied
[e]
basicConstraints=critical,CA:TRUE
C
openssl ca -batch -config ca2.cnf -cert root.pem -keyfile root.key -in xinter.csr -out xinter.pem -startdate 20100101000000Z -enddate 20200101000000Z -notext 2>/dev/null
leaf underx good.example.test "DNS:good.example.test" xinter -days 300
cat xinter.pem >> underx.pem
# good chain + extra expired unrelated cert appended (cross-sign leftovers)
cp good.key extra.key; cat good.pem xinter.pem > extra.pem
# chain in wrong order
cp good.key order.key; (sed -n '1,/END/p' good.pem; cat root.pem inter.pem) > order.pem
# root included
