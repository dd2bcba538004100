#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# N probe lines of one second, targets in descending order of address: replay takes time N^2 (signal/reach.c queue_add).
import gzip,os,json,sys
n=int(sys.argv[1]); d=sys.argv[2]; os.makedirs(d+'/probes',exist_ok=True)
json.dump({"format":"lacuna-recording/1","watch":["country/KX"],"entities":[{"id":"country/KX","prefixes":["10.0.0.0/8"]}]},open(d+'/recording.json','w'))
with gzip.open(d+'/probes/vp.ndjson.gz','wt') as f:
    for i in range(n,0,-1): f.write('{"t":1700000000,"observer":"vp","op":"icmp_echo","target":"10.%d.%d.%d","ok":true,"rtt_ms":20}\n'%(i>>16,i>>8&255,i&255))
