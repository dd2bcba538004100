# SPDX-License-Identifier: ISC
# odd DNS authorities on 127.0.0.2:port ; names say nothing, the port says the behaviour
import socket, struct, threading, time, socketserver
def qparse(d):
    i=12; labels=[]
    while d[i]: labels.append(d[i+1:i+1+d[i]]); i+=1+d[i]
    i+=1
    return labels, d[12:i+4], struct.unpack('>HH',d[i:i+4])
def hdr(d,flags,qd=1,an=0,ns=0,ar=0): return d[:2]+struct.pack('>HHHHH',flags,qd,an,ns,ar)
AA=0x8400
def name(s): return b''.join(bytes([len(x)])+x for x in s.encode().split(b'.') if x)+b'\0'
def rr(n,t,ttl,rd,c=1): return n+struct.pack('>HHIH',t,c,ttl,len(rd))+rd
SOA=name('ns.example.test')+name('h.example.test')+struct.pack('>IIIII',2026113001,1,2,3,4)
P=b'\xc0\x0c'
OPT=lambda rc=0,ver=0,do=0,size=1232,rd=b'': b'\0'+struct.pack('>HHBBHH',41,size,rc,ver,do,len(rd))+rd
B={}
def b(f): B[f.__name__]=f; return f
def soa(d,q,flags=AA): return hdr(d,flags,1,1)+q+rr(P,6,60,SOA)
@b
def ok(d,q,t,tcp): return soa(d,q)
@b
def ok_opt(d,q,t,tcp): return hdr(d,AA,1,1,0,1)+q+rr(P,6,60,SOA)+OPT()
@b
def nxdomain(d,q,t,tcp): return hdr(d,AA|3,1,0,1)+q+rr(name('example.test'),6,60,SOA)
@b
def nxdomain_noaa(d,q,t,tcp): return hdr(d,0x8003,1,0,1)+q+rr(name('test'),6,60,SOA)
@b
def nodata(d,q,t,tcp): return hdr(d,AA,1,0,1)+q+rr(name('example.test'),6,60,SOA)
@b
def nodata_nosoa(d,q,t,tcp): return hdr(d,AA,1)+q
@b
def referral_root(d,q,t,tcp): return hdr(d,0x8000,1,0,1)+q+rr(b'\0',2,60,name('a.root-servers.net'))
@b
def referral_down(d,q,t,tcp): return hdr(d,0x8000,1,0,1)+q+rr(name('example.test'),2,60,name('ns1.example.test'))
@b
def servfail(d,q,t,tcp): return hdr(d,0x8002)+q
@b
def refused(d,q,t,tcp): return hdr(d,0x8005)+q
@b
def notimp(d,q,t,tcp): return hdr(d,0x8004)+q
@b
def formerr_edns(d,q,t,tcp): # FORMERR when OPT present (old servers), else fine
    return hdr(d,0x8001)+q if struct.unpack('>H',d[10:12])[0] else soa(d,q)
@b
def formerr_noq(d,q,t,tcp): # FORMERR without question, header only (common)
    return hdr(d,0x8001,0) if struct.unpack('>H',d[10:12])[0] else soa(d,q)
@b
def notimp_edns(d,q,t,tcp): return hdr(d,0x8004)+q if struct.unpack('>H',d[10:12])[0] else soa(d,q)
@b
def drop_edns(d,q,t,tcp): return None if struct.unpack('>H',d[10:12])[0] else soa(d,q)
@b
def badvers(d,q,t,tcp): return hdr(d,0x8000,1,0,0,1)+q+OPT(rc=1)
@b
def tc_then_tcp(d,q,t,tcp): return soa(d,q) if tcp else hdr(d,AA|0x200)+q
@b
def tc_tcp_dead(d,q,t,tcp): return b'' if tcp else hdr(d,AA|0x200)+q
@b
def tc_tcp_refused(d,q,t,tcp): return hdr(d,AA|0x200)+q
@b
def tc_partial(d,q,t,tcp): return soa(d,q) if tcp else hdr(d,AA|0x200,1,5)+q+rr(P,6,60,SOA)[:20]
@b
def tc_no_aa(d,q,t,tcp): return soa(d,q) if tcp else hdr(d,0x8200)+q
@b
def udp_silent_tcp_ok(d,q,t,tcp): return soa(d,q) if tcp else None
@b
def silent(d,q,t,tcp): return None
@b
def wrong_id(d,q,t,tcp): r=bytearray(soa(d,q)); r[0]^=1; return bytes(r)
@b
def wrong_q(d,q,t,tcp): return hdr(d,AA,1,1)+name('other.test')+q[-4:]+rr(P,6,60,SOA)
@b
def case_0x20_lower(d,q,t,tcp): return hdr(d,AA,1,1)+q.lower()+rr(P,6,60,SOA)
@b
def case_upper(d,q,t,tcp): return hdr(d,AA,1,1)+q[:-4].upper()+q[-4:]+rr(P,6,60,SOA)
@b
def no_question(d,q,t,tcp): return hdr(d,AA,0,1)+rr(name('example.test'),6,60,SOA)
@b
def cname_apex(d,q,t,tcp): return hdr(d,AA,1,1)+q+rr(P,5,60,name('lb.other.test'))
@b
def cname_chain(d,q,t,tcp): return hdr(d,AA,1,3)+q+rr(P,5,60,name('a.example.test'))+rr(name('a.example.test'),5,60,name('b.example.test'))+rr(name('b.example.test'),t[0],60,SOA if t[0]==6 else b'\x7f\0\0\1')
@b
def cname_loop(d,q,t,tcp): return hdr(d,AA,1,2)+q+rr(P,5,60,name('a.example.test'))+rr(name('a.example.test'),5,60,name('example.test'))
@b
def dname(d,q,t,tcp): return hdr(d,AA,1,2)+q+rr(name('test'),39,60,name('invalid'))+rr(P,5,60,name('example.invalid'))
@b
def qr0(d,q,t,tcp): return hdr(d,0x0400,1,1)+q+rr(P,6,60,SOA)
@b
def opcode(d,q,t,tcp): return hdr(d,AA|0x2000,1,1)+q+rr(P,6,60,SOA)
@b
def short(d,q,t,tcp): return d[:8]
@b
def garbage(d,q,t,tcp): return d[:2]+b'\xff'*40
@b
def ptrloop(d,q,t,tcp): return hdr(d,AA,1,1)+q+b'\xc0'+bytes([12+len(q)])+struct.pack('>HHIH',6,1,60,2)+b'\0\0'
@b
def count_lies(d,q,t,tcp): return hdr(d,AA,1,9)+q+rr(P,6,60,SOA)
@b
def trailing(d,q,t,tcp): return soa(d,q)+b'\0'*20
@b
def big_udp(d,q,t,tcp): return hdr(d,AA,1,30)+q+b''.join(rr(P,16,60,bytes([100])+b'x'*100) for _ in range(30)) if t[0]==16 else soa(d,q)
@b
def ttl_neg(d,q,t,tcp): return hdr(d,AA,1,1)+q+rr(P,6,0xffffffff,SOA)
@b
def soa_in_auth(d,q,t,tcp): return hdr(d,AA,1,0,1)+q+rr(P,6,60,SOA)
@b
def two_opt(d,q,t,tcp): return hdr(d,AA,1,1,0,2)+q+rr(P,6,60,SOA)+OPT()+OPT()
@b
def dup_answer(d,q,t,tcp): return [soa(d,q),soa(d,q)]
@b
def slow2(d,q,t,tcp): time.sleep(2); return soa(d,q)
@b
def slow5(d,q,t,tcp): time.sleep(5); return soa(d,q)
@b
def aa_ra(d,q,t,tcp): return soa(d,q,AA|0x80)
@b
def recursor_noaa(d,q,t,tcp): return soa(d,q,0x8080)
@b
def notauth(d,q,t,tcp): return hdr(d,0x8009)+q
@b
def ede_servfail(d,q,t,tcp): return hdr(d,0x8002,1,0,0,1)+q+OPT(rd=struct.pack('>HHH',15,2,22))
@b
def nsid(d,q,t,tcp): return hdr(d,AA,1,1,0,1)+q+rr(P,6,60,SOA)+OPT(rd=struct.pack('>HH',3,6)+b'fra-01')
@b
def serial_zero(d,q,t,tcp): return hdr(d,AA,1,1)+q+rr(P,6,60,SOA[:-20]+struct.pack('>IIIII',0,1,2,3,4))
@b
def dnssec_big(d,q,t,tcp):
    s=rr(P,46,60,b'\0\6'+b'\x08\2'+b'\0'*14+b'\0'+b's'*512)
    return hdr(d,AA,1,4)+q+rr(P,6,60,SOA)+s*3
HOST='127.0.0.2'; BASE=24001
ports={}
def udp(s,f):
    while True:
        d,a=s.recvfrom(4096)
        def go():
            try:
                l,q,t=qparse(d); r=f(d,q,t,False)
                for x in (r if isinstance(r,list) else [r]):
                    if x: s.sendto(x,a)
            except Exception as e: print('E',e)
        threading.Thread(target=go,daemon=True).start()
def tcp(s,f):
    while True:
        c,a=s.accept()
        def go():
            try:
                n=struct.unpack('>H',c.recv(2))[0]; d=c.recv(n); l,q,t=qparse(d); r=f(d,q,t,True)
                if r==b'' : time.sleep(20)
                if r: c.sendall(struct.pack('>H',len(r))+r); time.sleep(.2)
                c.close()
            except Exception as e: print('E',e)
        threading.Thread(target=go,daemon=True).start()
for i,(n,f) in enumerate(B.items()):
    p=BASE+i; ports[n]=p
    u=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); u.bind((HOST,p)); threading.Thread(target=udp,args=(u,f),daemon=True).start()
    if n!='tc_tcp_refused':
        t=socket.socket(); t.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); t.bind((HOST,p)); t.listen(20); threading.Thread(target=tcp,args=(t,f),daemon=True).start()
open('odd_dns.ports','w').write(''.join('%s %d\n'%x for x in ports.items()))
time.sleep(86400)
