# SPDX-License-Identifier: ISC
# five services, one address each; a control file tells which are off
import asyncio, ssl, os, struct
A='198.18.60.'
OFF='off.txt'
def off(n):
    try: return n in open(OFF).read().split()
    except OSError: return False
async def http(r,w):
    try:
        await asyncio.wait_for(r.readuntil(b'\r\n\r\n'),5)
        w.write(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'); await w.drain()
    except Exception: pass
    w.close()
async def smtp(r,w):
    try:
        w.write(b'220 mx.example.kx ESMTP\r\n'); await w.drain()
        while True:
            l=await asyncio.wait_for(r.readline(),10)
            if not l: break
            if l.upper().startswith(b'QUIT'): w.write(b'221 bye\r\n'); await w.drain(); break
            w.write(b'250 ok\r\n'); await w.drain()
    except Exception: pass
    w.close()
async def tcp(r,w):
    try: w.write(b'SSH-2.0-x\r\n'); await w.drain()
    except Exception: pass
    w.close()
ctx=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); ctx.load_cert_chain('certs/good.pem','certs/good.key')
class D(asyncio.DatagramProtocol):
    def connection_made(s,t): s.t=t
    def datagram_received(s,d,a):
        i=12
        while d[i]: i+=1+d[i]
        q=d[12:i+5]
        soa=b'\2ns\7example\2kx\0'+b'\1h\7example\2kx\0'+struct.pack('>IIIII',2026113001,1,2,3,4)
        s.t.sendto(d[:2]+struct.pack('>HHHHH',0x8400,1,1,0,0)+q+b'\xc0\x0c'+struct.pack('>HHIH',6,1,60,len(soa))+soa,a)
async def main():
    live={}
    loop=asyncio.get_running_loop()
    mk={'http':lambda:asyncio.start_server(http,A+'2',80),'https':lambda:asyncio.start_server(http,A+'3',443,ssl=ctx),'smtp':lambda:asyncio.start_server(smtp,A+'5',25),'tcp':lambda:asyncio.start_server(tcp,A+'6',22)}
    while True:
        for n in list(mk)+['dns']:
            if off(n) and n in live:
                x=live.pop(n); x.close()
            elif not off(n) and n not in live:
                live[n]=(await loop.create_datagram_endpoint(D,local_addr=(A+'4',53)))[0] if n=='dns' else await mk[n]()
        await asyncio.sleep(.2)
asyncio.run(main())
