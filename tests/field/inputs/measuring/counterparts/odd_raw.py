# SPDX-License-Identifier: ISC
import asyncio, socket, struct, ssl
BASE=23000
cases={}
def case(f): cases[f.__name__]=f; return f
def rst(w):
    s=w.get_extra_info('socket'); s.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0)); w.transport.abort()
@case
async def tls_plain_http_port(r,w):  # plain http server asked with https
    d=await r.read(10); w.write(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); await w.drain(); w.close()
@case
async def tls_rst_mid(r,w):
    await r.read(10); rst(w)
@case
async def tls_close_mid(r,w):
    await r.read(10); w.close()
@case
async def tls_silent(r,w):
    await r.read(10); await asyncio.sleep(30)
@case
async def tls_alert_40(r,w):
    await r.read(2000); w.write(bytes([21,3,3,0,2,2,40])); await w.drain(); w.close()
@case
async def tls_alert_112(r,w): # unrecognized_name
    await r.read(2000); w.write(bytes([21,3,3,0,2,2,112])); await w.drain(); w.close()
@case
async def tls_alert_internal(r,w):
    await r.read(2000); w.write(bytes([21,3,3,0,2,2,80])); await w.drain(); w.close()
@case
async def tls_warn_only(r,w): # warning unrecognized_name then nothing
    await r.read(2000); w.write(bytes([21,3,3,0,2,1,112])); await w.drain(); await asyncio.sleep(30)
@case
async def tls_half_hello(r,w):
    await r.read(2000); w.write(bytes([22,3,3,0,100,2,0,0,96,3,3])); await w.drain(); await asyncio.sleep(1); w.close()
@case
async def tls_ssl2(r,w):
    await r.read(2000); w.write(b'\x80\x2e\x04\x00\x01\x00\x02'); await w.drain(); w.close()
ctx=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); ctx.load_cert_chain('certs/good.pem','certs/good.key')
tls={}
def tcase(f): tls[f.__name__]=f; return f
@tcase
async def no_close_notify_nocl(r,w):   # HTTP/1.0-like body ended by FIN without close_notify (truncation)
    await r.readuntil(b'\r\n\r\n'); w.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello'); await w.drain()
    await asyncio.sleep(.1); w.transport._ssl_protocol._transport.close()
@tcase
async def no_close_notify_cl(r,w):
    await r.readuntil(b'\r\n\r\n'); w.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'); await w.drain()
    await asyncio.sleep(.1); w.transport._ssl_protocol._transport.close()
@tcase
async def tls_rst_after_req(r,w):
    await r.readuntil(b'\r\n\r\n')
    s=w.get_extra_info('socket'); s.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0)); w.transport._ssl_protocol._transport.abort()
@tcase
async def tls_close_before_http(r,w):
    w.close()
allc=list(cases)+list(tls)
ports={n:BASE+1+i for i,n in enumerate(allc)}
async def main():
    for n in allc:
        f=cases.get(n) or tls[n]
        async def h(r,w,f=f):
            try: await f(r,w)
            except Exception as e: pass
            try: w.close()
            except Exception: pass
        await asyncio.start_server(h,'127.0.0.1',ports[n],ssl=ctx if n in tls else None)
    open('odd_raw.ports','w').write(''.join('%s %d\n'%x for x in ports.items()))
    await asyncio.sleep(86400)
asyncio.run(main())
