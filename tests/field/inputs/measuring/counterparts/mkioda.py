# SPDX-License-Identifier: ISC
import json, math, sys, gzip
T0=1700000000//86400*86400  # 2023-11-14
D=12*86400
O=(T0+9*86400+3600*13, T0+9*86400+3600*17)
def series(et,code,name,ds,sub,step,base,diurnal,out,null_every=0,frac=0.1,loss=False):
    v=[]
    for i in range(D//step):
        t=T0+i*step
        x=base*(1+diurnal*math.sin(2*math.pi*(t%86400)/86400))+ (i*7919%13-6)*base*0.002
        if out and O[0]<=t<O[1]: x*=frac
        v.append(None if null_every and i%null_every==3 else round(x))
    return dict(entityType=et,entityCode=code,entityName=name,entityFqid='geo.provider.AS.%s'%code,datasource=ds,subtype=sub,**{'from':T0,'until':T0+D},step=step,nativeStep=step,values=v)
def env(data,err=None,typ='signals'): return dict(type=typ,metadata=dict(requestTime='2023-12-01T10:00:00+00:00',responseTime='2023-12-01T10:00:01+00:00'),requestParameters={'from':T0,'until':T0+D,'datasource':None,'sourceParams':None,'maxPoints':None},error=err,perf=[{'timeUsed':1}],data=data,copyright='x')
kx=[series('country','KP','Kexico','bgp','',300,1000,0,True), series('country','KP','Kexico','ping-slash24','',600,800,0.05,True,50), series('country','KP','Kexico','merit-nt','',300,60,0.3,True,7),
    series('country','KP','Kexico','gtr','WEB_SEARCH',1800,200,0.6,True,0,0.05), series('country','KP','Kexico','gtr','GMAIL',1800,20,0.6,False,3)]
ir=[series('country','IR','Iranistan','bgp','',300,5000,0,False), series('country','IR','Iranistan','ping-slash24','',600,4000,0.05,False)]
json.dump(env([kx,ir]),open('i_multi.json','w'))
json.dump(env([[series('region','4416','R','bgp','',300,1000,0,True)],[series('asn','131279','A','bgp','',300,4,0,True)],[series('continent','AS','Asia','bgp','',300,9000,0,False)],[series('geoasn','4134-4416','X','bgp','',300,100,0,True)],[series('county','711','Y','bgp','',300,100,0,True)]]),open('i_types.json','w'))
json.dump(env(None,'Time range for a single query must be less than 100 days'),open('i_error.json','w'))
json.dump(env([kx],None),open('i_pretty.json','w'),indent=4)
loss=[[{'agg_values':{'loss_pct':0.3},'probe_count':5}] for _ in range(D//600)]
d=series('country','KP','Kexico','ping-slash24-loss','',600,1,0,False); d['values']=[[{"agg_values":{"loss_pct":1.2}}] if i%3 else [] for i in range(D//600)]
json.dump(env([kx+[d]]),open('i_loss.json','w'))
open('i_trunc.json','w').write(json.dumps(env([kx,ir]))[:60000])
json.dump(env([dict(datasource='bgp',entity=dict(code='KP',name='K',type='country',attrs={}),time=O[0],level='critical',condition='< 0.99',value=100,historyValue=1000,method='median')],None,'outages.alerts'),open('i_alerts.json','w'))
json.dump(env([dict(location='country/KP',start=O[0],duration=14400,score=12345.6,datasource='bgp',status=0,fraction=None,location_name='K',overlaps_window=True,method='median')],None,'outages.events'),open('i_events.json','w'))
json.dump(env([dict(scores=dict(overall=100.0,bgp=10),entity=dict(code='KP',name='K',type='country'),event_cnt=1)],None,'outages.summary'),open('i_summary.json','w'))
with open('i_expanded.ndjson','w') as f:
    for s in kx[:2]:
        for i,v in enumerate(s['values']): f.write(json.dumps(dict(entityType='country',entityCode='KP',datasource=s['datasource'],ts=s['from']+i*s['step'],value=v,step=s['step'],nativeStep=s['step']))+'\n')
