# SPDX-License-Identifier: ISC
import asyncio, ssl, socket, struct
BASE=25001; HOST='127.0.0.3'
cases={}
def case(f): cases[f.__name__]=f; return f
async def rl(r): 
    try: return await asyncio.wait_for(r.readline(),8)
    except Exception: return b''
def talk(name,banner,ehlo=b'250-mx.example.test\r\n250-STARTTLS\r\n250 8BITMIME\r\n',delay=0,after=None):
    async def f(r,w):
        if delay: await asyncio.sleep(delay)
        w.write(banner); await w.drain()
        if banner[:1] in b'45': await rl(r); return
        while True:
            l=await rl(r)
            if not l: return
            u=l.upper()
            if u.startswith(b'EHLO'): w.write(ehlo)
            elif u.startswith(b'HELO'): w.write(b'250 mx\r\n')
            elif u.startswith(b'QUIT'): w.write(b'221 bye\r\n'); await w.drain(); return
            elif u.startswith(b'STARTTLS'): w.write(b'454 no\r\n')
            await w.drain()
    f.__name__=name; cases[name]=f
talk('plain',b'220 mx.example.test ESMTP\r\n')
talk('multi',b'220-mx.example.test ESMTP\r\n220-No spam\r\n220 ready\r\n')
talk('multi_long',b''.join(b'220-line %d\r\n'%i for i in range(60))+b'220 ready\r\n')
talk('code_only',b'220\r\n')
talk('lf_only',b'220 mx ESMTP\n',b'250 ok\n')
talk('eightbit','220 mx.example.test Grüß Gott\r\n'.encode())
talk('longline',b'220 '+b'x'*2000+b'\r\n')
talk('b421',b'421 too busy\r\n')
talk('b450',b'450 greylisted, try later\r\n')
talk('b451_multi',b'451-4.7.1 greylisted\r\n451 try in 5 minutes\r\n')
talk('b554',b'554 no SMTP service here\r\n')
talk('b521',b'521 host does not accept mail\r\n')
talk('ehlo502',b'220 mx SMTP\r\n',b'502 command not implemented\r\n')
talk('ehlo500',b'220 mx SMTP\r\n',b'500 what\r\n')
talk('ehlo550',b'220 mx ESMTP\r\n',b'550 access denied, blocklisted\r\n')
talk('ehlo421',b'220 mx ESMTP\r\n',b'421 busy\r\n')
talk('ehlo_hostname_reject',b'220 mx ESMTP\r\n',b'504 need fully-qualified hostname\r\n')
talk('code_mismatch',b'220-a\r\n250 b\r\n')
talk('b200',b'200 hi\r\n')
talk('http_on_25',b'HTTP/1.1 400 Bad Request\r\n\r\n')
talk('slow5',b'220 mx\r\n',delay=5)
talk('slow15',b'220 mx\r\n',delay=15)
@case
async def tarpit(r,w):
    for c in b'220-mx.example.test ESMTP teergrube is slow\r\n220 ok\r\n':
        w.write(bytes([c])); await w.drain(); await asyncio.sleep(0.5)
@case
async def tarpit_lines(r,w):
    for i in range(30): w.write(b'220-wait\r\n'); await w.drain(); await asyncio.sleep(1)
    w.write(b'220 ok\r\n'); await w.drain()
@case
async def no_end(r,w):
    w.write(b'220-never ends\r\n'); await w.drain(); await asyncio.sleep(20)
@case
async def pregreet_two_step(r,w): # postscreen teaser: 220- part, then 6 s later the end
    w.write(b'220-mx.example.test ESMTP\r\n'); await w.drain()
    try:
        await asyncio.wait_for(r.read(1),6); w.write(b'521 protocol error\r\n'); await w.drain(); return
    except asyncio.TimeoutError: pass
    w.write(b'220 mx.example.test ESMTP Postfix\r\n'); await w.drain()
    await rl(r); w.write(b'250 ok\r\n'); await w.drain(); await rl(r); w.write(b'221 bye\r\n'); await w.drain()
@case
async def close_after_banner(r,w):
    w.write(b'220 mx\r\n'); await w.drain()
@case
async def rst_after_banner(r,w):
    w.write(b'220 mx\r\n'); await w.drain(); await rl(r)
    s=w.get_extra_info('socket'); s.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0)); w.transport.abort()
@case
async def silent(r,w): await asyncio.sleep(30)
@case
async def close_at_once(r,w): pass
ports={n:BASE+i for i,n in enumerate(cases)}
async def main():
    for n,f in cases.items():
        async def h(r,w,f=f):
            try: await f(r,w)
            except Exception as e: pass
            try: w.close()
            except Exception: pass
        await asyncio.start_server(h,HOST,ports[n])
    open('odd_smtp.ports','w').write(''.join('%s %d\n'%x for x in ports.items()))
    await asyncio.sleep(86400)
asyncio.run(main())
