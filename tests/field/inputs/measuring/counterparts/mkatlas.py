# SPDX-License-Identifier: ISC
import json,sys,os
def rec(name, bad, kind='dns', n1=60, n2=20, n3=30, probes=4, step=60, ctl=True, bads=None):
    d='rec_at_'+name; os.makedirs(d+'/atlas',exist_ok=True)
    T=1700000000
    obs=[{'id':'atlas/%d'%(1000+p),'asn':65000+p} for p in range(probes)]
    json.dump({'format':'lacuna-recording/1','name':name,'entities':[{'id':'country/KX','name':'Kexico','prefixes':['198.18.0.0/22','2001:db8::/32']}],'watch':['country/KX'],'observers':obs,
      'targets':[{'address':'198.18.1.%d'%i,'entity':'country/KX','kind':kind} for i in range(10,16)]},open(d+'/recording.json','w'))
    with open(d+'/atlas/a.ndjson','w') as f:
        for k in range(n1+n2+n3):
            for p in range(probes):
                for i in range(10,16):
                    t=T+k*step+p*7+i%5
                    f.write(json.dumps(bad(t,1000+p,'198.18.1.%d'%i) if n1<=k<n1+n2 else ok(kind)(t,1000+p,'198.18.1.%d'%i))+'\n')
    return d
def base(t,p,a,typ): return {'fw':5080,'af':4,'dst_addr':a,'dst_name':a,'from':'192.0.2.1','lts':12,'msm_id':1,'msm_name':'x','prb_id':p,'proto':'UDP','src_addr':'192.168.1.2','timestamp':t,'type':typ}
ABUF='AAGFAAABAAEAAAAAB2V4YW1wbGUEdGVzdAAABgABwAwABgABAAAAPAAA'
def dns_ok(t,p,a): d=base(t,p,a,'dns'); d['result']={'ANCOUNT':1,'ARCOUNT':0,'ID':1,'NSCOUNT':0,'QDCOUNT':1,'abuf':ABUF,'rt':12.3,'size':50}; return d
def ping_ok(t,p,a): d=base(t,p,a,'ping'); d.update(proto='ICMP',sent=3,rcvd=3,avg=10.1,min=10,max=10.2,result=[{'rtt':10.1},{'rtt':10},{'rtt':10.2}],step=240,ttl=50,size=48); return d
def ok(kind): return {'dns':dns_ok,'host':ping_ok}[kind]
def dnserr(e):
    def f(t,p,a): d=base(t,p,a,'dns'); d['error']=e; return d
    return f
def pingbad(res):
    def f(t,p,a): d=base(t,p,a,'ping'); d.update(proto='ICMP',sent=len(res),rcvd=0,avg=-1,min=-1,max=-1,result=res,step=240,size=48); return d
    return f
if __name__=='__main__':
    rec('dns_senderror',dnserr({'senderror':'AF Network is unreachable, AF_INET'}))
    rec('dns_socket',dnserr({'socket':'socket failed Address family not supported by protocol'}))
    rec('dns_nameserver',dnserr({'nameserver':'no local resolvers found'}))
    rec('dns_timeout',dnserr({'timeout':5000}))
    rec('dns_tuconnect',dnserr({'TUCONNECT':'Connection refused'}))
    rec('ping_senderr',pingbad([{'error':'sendto failed: Network is unreachable'}]*3),'host')
    rec('ping_x',pingbad([{'x':'*'}]*3),'host')
