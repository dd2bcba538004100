# SPDX-License-Identifier: ISC
# odd HTTP/TCP counterparts; each case its own port on 127.0.0.1
import asyncio, socket, struct, sys, gzip
BASE=21000
def rst(w):
    s=w.get_extra_info('socket'); s.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0)); w.transport.abort()
async def req(r):
    try: return await asyncio.wait_for(r.readuntil(b'\r\n\r\n'),5)
    except Exception: return b''
cases={}
def case(f): cases[f.__name__]=f; return f
def simple(name, data, close=True, hold=0):
    async def f(r,w):
        await req(r); w.write(data); await w.drain()
        if hold: await asyncio.sleep(hold)
        if close: w.close()
        else:
            await asyncio.sleep(30); w.close()
    f.__name__=name; cases[name]=f
OK=b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'
simple('ok200',OK)
simple('r301',b'HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:21001/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s404',b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s500',b'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s503',b'HTTP/1.1 503 Busy\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('http09',b'<html>hello</html>\n')
simple('sshbanner',b'SSH-2.0-OpenSSH_9.2p1\r\n')
simple('early103',b'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'+OK)
simple('cont100',b'HTTP/1.1 100 Continue\r\n\r\n'+OK)
simple('many1xx',b'HTTP/1.1 102 Processing\r\n\r\n'*50+OK)
simple('s101',b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
simple('hugehdr32k',b'HTTP/1.1 200 OK\r\nX: '+b'a'*32000+b'\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('hugehdr200k',b'HTTP/1.1 200 OK\r\nX: '+b'a'*200000+b'\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('many_hdr',b'HTTP/1.1 200 OK\r\n'+b'Set-Cookie: a=b; Path=/\r\n'*1500+b'Content-Length: 2\r\nConnection: close\r\n\r\nok')
simple('chunk_ok',b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n')
simple('chunk_early_close',b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n01234')
simple('chunk_no_last',b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n')
simple('chunk_bad',b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n')
simple('cl_short',b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort')
simple('cl_te',b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n')
simple('cl_twice_same',b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok')
simple('cl_list',b'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok')
simple('cl_twice_diff',b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nok')
simple('te_gzip_close',b'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'+gzip.compress(b'hello'))
simple('s204',b'HTTP/1.1 204 No Content\r\n\r\n',close=False)
simple('s304',b'HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n',close=False)
simple('gzipbody',b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'+gzip.compress(b'hello'*1000))
simple('noreason',b'HTTP/1.1 200\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('lfonly',b'HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nok')
simple('http10',b'HTTP/1.0 200 OK\r\n\r\nok')
simple('http12',b'HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok')
simple('http20line',b'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok')
simple('icy',b'ICY 200 OK\r\nicy-name: x\r\n\r\nmusic')
simple('leadcrlf',b'\r\n'+OK)
simple('obsfold',b'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('spacecolon',b'HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('nocolon',b'HTTP/1.1 200 OK\r\nBroken header line\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('latin1hdr','HTTP/1.1 200 OK\r\nX-Name: José\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'.encode('latin1'))
simple('nulhdr',b'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('s999',b'HTTP/1.1 999 Denied\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('s600',b'HTTP/1.1 600 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('s099',b'HTTP/1.1 099 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('s20',b'HTTP/1.1 20 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
simple('s429',b'HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s401',b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s418',b'HTTP/1.1 418 T\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('s530',b'HTTP/1.1 530 Origin DNS error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
simple('keepalive_nocl',b'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nhello',close=False)
simple('keepalive_cl',b'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello',close=False)
@case
async def big10m(r,w):
    await req(r); w.write(b'HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n')
    try:
        for _ in range(160): w.write(b'x'*65536); await w.drain()
    except Exception: pass
    w.close()
@case
async def infinite(r,w):
    await req(r); w.write(b'HTTP/1.1 200 OK\r\n\r\n')
    try:
        for _ in range(3000): w.write(b'x'*65536); await w.drain()
    except Exception: pass
    w.close()
@case
async def drip_body(r,w):
    await req(r); w.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n')
    try:
        for _ in range(20): w.write(b'x'); await w.drain(); await asyncio.sleep(1)
    except Exception: pass
    w.close()
@case
async def drip_head(r,w):
    await req(r)
    try:
        for b in OK: w.write(bytes([b])); await w.drain(); await asyncio.sleep(0.3)
    except Exception: pass
    w.close()
@case
async def bytewise_fast(r,w):
    await req(r)
    try:
        for b in OK: w.write(bytes([b])); await w.drain(); await asyncio.sleep(0.01)
    except Exception: pass
    w.close()
@case
async def silent(r,w):
    await asyncio.sleep(30); w.close()
@case
async def accept_rst(r,w): rst(w)
@case
async def rst_after_req(r,w): await req(r); rst(w)
@case
async def close_after_req(r,w): await req(r); w.close()
@case
async def close_at_once(r,w): w.close()
@case
async def early_400_rst(r,w):
    w.write(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'); await w.drain(); await asyncio.sleep(0.05); rst(w)
@case
async def answer_before_request(r,w):
    w.write(OK); await w.drain(); await asyncio.sleep(0.5); w.close()
@case
async def ok_then_rst(r,w):
    await req(r); w.write(OK); await w.drain(); await asyncio.sleep(0.05); rst(w)
@case
async def ok_no_cl_rst(r,w):
    await req(r); w.write(b'HTTP/1.1 200 OK\r\n\r\nhello'); await w.drain(); await asyncio.sleep(0.05); rst(w)
@case
async def redirect_loop(r,w):
    await req(r); w.write(b'HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); await w.drain(); w.close()
@case
async def redirect_to_500(r,w):
    await req(r); w.write(b'HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'%(ports['s500'])); await w.drain(); w.close()
@case
async def redirect_to_refused(r,w):
    await req(r); w.write(b'HTTP/1.1 301 M\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); await w.drain(); w.close()
@case
async def needs_ua(r,w):
    d=await req(r); w.write(OK if b'Mozilla' in d else b'HTTP/1.1 403 F\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); await w.drain(); w.close()
@case
async def vhost(r,w):
    d=await req(r); w.write(OK if b'Host: vhost.example' in d else b'HTTP/1.1 421 Misdirected\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); await w.drain(); w.close()
@case
async def half_close(r,w):
    # server half-closes after sending response and waits for the client's FIN
    await req(r); w.write(OK); await w.drain(); w.write_eof(); await asyncio.sleep(20); w.close()
ports={n:BASE+1+i for i,n in enumerate(cases)}
async def main():
    for n,f in cases.items():
        async def h(r,w,f=f):
            try: await f(r,w)
            except Exception as e: pass
            try: w.close()
            except Exception: pass
        await asyncio.start_server(h,'127.0.0.1',ports[n])
    open('odd_http.ports','w').write(''.join('%s %d\n'%(n,p) for n,p in ports.items()))
    print(len(ports),'cases'); sys.stdout.flush()
    await asyncio.sleep(86400)
asyncio.run(main())
