# SPDX-License-Identifier: ISC
# TLS counterparts: nginx-free, python ssl + openssl s_server
import subprocess, os, sys, time
C='certs/'
P=22001
cases=[]
def s(name,*args,cert='good'):
    global P
    cases.append((name,P,['openssl','s_server','-accept','127.0.0.1:%d'%P,'-cert',C+cert+'.pem','-key',C+cert+'.key','-www','-quiet',*args] + (['-cert_chain',C+cert+'.pem'] if cert in('good','underx','extra','order') else []))); P+=1
s('good')
for c in 'nochain wrong cnonly unknown sha1 wild wildsub long self rsa512 ec521 ed expired future y2050 y9999 underx extra order utf'.split():
    s(c,cert=c,*(['-cipher','ALL:@SECLEVEL=0'] if c in('sha1','rsa512') else []))
s('tls10','-tls1','-cipher','ALL:@SECLEVEL=0')
s('tls11','-tls1_1','-cipher','ALL:@SECLEVEL=0')
s('tls12','-tls1_2')
s('tls13','-tls1_3')
s('clientcert','-Verify','1','-CAfile',C+'client.pem')
s('clientcert12','-Verify','1','-CAfile',C+'client.pem','-tls1_2')
s('clientcert_opt','-verify','1','-CAfile',C+'client.pem')
s('nullcipher','-tls1_2','-cipher','NULL-SHA256:@SECLEVEL=0')
s('dhe','-tls1_2','-cipher','DHE-RSA-AES256-SHA:@SECLEVEL=0')
s('rc3des','-tls1_2','-cipher','AES128-SHA:@SECLEVEL=0')
s('alpn_h2','-alpn','h2')
s('sni_strict','-servername','good.example.test','-servername_fatal','-cert2',C+'good.pem','-key2',C+'good.key',cert='wrong')
s('anon','-nocert','-cipher','ADH-AES128-SHA:@SECLEVEL=0','-tls1_2')
open('odd_tls.ports','w').write(''.join('%s %d\n'%(n,p) for n,p,_ in cases))
ps=[]
for n,p,a in cases:
    ps.append(subprocess.Popen(a,stdin=subprocess.PIPE,stdout=open('/dev/null','w'),stderr=open('tlslog.%s'%n,'w')))
open('odd_tls.pids','w').write(' '.join(str(x.pid) for x in ps))
while True: time.sleep(60)
