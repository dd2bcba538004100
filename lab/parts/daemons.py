# SPDX-License-Identifier: ISC
"""Configurations of the daemons, and the commands that start them. All files stand in the lab's own folder."""
import os
import shutil

WORK = "/run/lab"  # private to a lab; without digits, which GoBGP would read as a time layout


def put(name, text):
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


def is6(prefix):
    return ":" in prefix


# --- BIRD

def bird_head(name, router_id):
    return (f'router id {router_id}; log "{WORK}/{name}.birdlog" all; timeformat log iso long ms;\n'
            'debug protocols { states }; protocol device { scan time 1; }\n')


def bird_template(hold, mrt=""):
    # Without graceful restart: with it a peer that dies keeps its routes, and an injected fault is none.
    return (f"template bgp P {{ {mrt} hold time {hold}; startup hold time {hold}; graceful restart off; "
            f"keepalive time {max(1, hold // 3)}; connect retry time 4; "
            "connect delay time 1; error wait time 2,6; error forget time 30; }\n")


def bird_channel(family, imports, exports, more=""):
    return f"{family} {{ import {imports}; export {exports}; {more} }};"


def bird_session(plan, router, s):
    collector, border = s.role == "collector", s.role == "upstream"
    imports = "none" if collector else f"filter {{ bgp_local_pref = {s.preference}; accept; }}"
    limit = f"import limit {plan.set['max_prefixes']} action disable;" if s.role == "customer" and plan.set["max_prefixes"] else ""
    nexthop = {4: "", 6: f"next hop address {s.local6};"}
    text = f"protocol bgp to_{s.peer} from P {{ local {s.local} as {router.asn}; neighbor {s.remote} as {s.peer_asn}; "
    text += "multihop; " if s.multihop else ""
    # Only the border connects: a second connection, left over from a stress, would end the session when its own timer does.
    text += "passive; " if s.role == "customer" else ""
    for version in (4, 6) if plan.ipv6 else (4,):
        exports = f"where own{version}()" if border else "all"
        text += bird_channel(f"ipv{version}", imports, exports, nexthop[version] + limit)
    return text + " }\n"


def bird_exports(router, drop=(), extra=(), leak=()):
    """What a border router announces: its prefixes without those in drop, and more; and, as it should not, learnt ones in leak."""
    text = ""
    for version in (4, 6):
        mine = [p for p in [*router.prefixes, *extra] if is6(p) == (version == 6) and p not in drop]
        learnt = [p for p in leak if is6(p) == (version == 6)]
        rule = f"return source = RTS_STATIC && net ~ [{', '.join(mine)}];" if mine else "return false;"
        if learnt:
            rule = f"if source = RTS_BGP && net ~ [{', '.join(learnt)}] then return true; " + rule
        text += f"function own{version}() {{ {rule} }}\n"
    more = [p for p in extra if not is6(p)]
    if more:
        text += "protocol static more { ipv4; " + "".join(f"route {p} blackhole; " for p in more) + "}\n"
    return text


def bird_router(plan, router):
    name = router.name
    put(f"{name}.inc", bird_exports(router))
    text = bird_head(name, router.loopback) + f'include "{WORK}/{name}.inc";\n' + bird_template(plan.hold)
    for version in (4, 6) if plan.ipv6 else (4,):
        mine = [p for p in router.prefixes if is6(p) == (version == 6)]
        # Above the kernel's 256: in IPv6 a learnt route would win over the link that it describes.
        text += (f"protocol kernel {{ metric 512; ipv{version} {{ import none; export filter {{ if source = RTS_BGP then accept; reject; }}; }}; }}\n"
                 f"protocol static own_{version} {{ ipv{version}; " + "".join(f"route {p} blackhole; " for p in mine) + "}\n")
    text += "".join(bird_session(plan, router, s) for s in router.sessions)
    put(f"{name}.conf", text)
    return [bird_command(name)]


def bird_command(name):
    return f"bird-{name}", ["bird", "-f", "-c", f"{WORK}/{name}.conf", "-s", f"{WORK}/{name}.ctl", "-P", f"{WORK}/{name}.pid"]


def bird_collector(plan, c):
    mrt = "mrtdump { states, messages };"
    text = bird_head(c["name"], c["address"]) + f'mrtdump "{WORK}/{c["name"]}-updates.mrt"; mrtdump protocols {{ states, messages }};\n'
    text += bird_template(plan.hold, mrt)
    for version in (4, 6) if plan.ipv6 else (4,):
        text += f'protocol mrt {{ table "master{version}"; filename "{WORK}/{c["name"]}-rib{version}.%s.mrt"; period 20; }}\n'
    peers = [(p.name, p.loopback, p.asn) for p in c["peers"]]
    peers += [("odd", "192.0.2.19", 65400)] if plan.set["misbehaving"] else []
    for name, address, asn in peers:
        text += f"protocol bgp to_{name} from P {{ debug {{ states, routes }}; local {c['address']} as {c['asn']}; "
        text += f"neighbor {address} as {asn}; multihop; ipv4 {{ import all; export none; }}; "
        text += ("ipv6 { import all; export none; }; " if plan.ipv6 else "") + "}\n"
    put(f"{c['name']}.conf", text)
    return [bird_command(c["name"])]


# --- FRR

def frr_router(plan, router):
    name, text = router.name, [f"hostname {router.name}", f"log file {WORK}/{router.name}.frrlog", "log timestamp precision 3",
                               "debug bgp neighbor-events"]
    rules = []
    text += [f"router bgp {router.asn}", f" bgp router-id {router.loopback}", " no bgp ebgp-requires-policy",
             " no bgp network import-check", " bgp log-neighbor-changes", f" timers bgp {max(1, plan.hold // 3)} {plan.hold}"]
    for s in router.sessions:
        text += [f" neighbor {s.remote} remote-as {s.peer_asn}", f" neighbor {s.remote} timers connect 4",
                 f" neighbor {s.remote} update-source {s.local}"]
        text += [f" neighbor {s.remote} ebgp-multihop 10"] if s.multihop else []
        text += [f" neighbor {s.remote} passive"] if s.role == "customer" else []
    for version in (4, 6) if plan.ipv6 else (4,):
        text += [f" address-family ipv{version} unicast"] + [f"  network {p}" for p in router.prefixes if is6(p) == (version == 6)]
        for s in router.sessions:
            text += [f"  neighbor {s.remote} activate", f"  neighbor {s.remote} route-map in-{s.peer} in"]
            text += [f"  neighbor {s.remote} route-map own out"] if s.role == "upstream" else []
        text += [" exit-address-family"]
    if router.bmp and any(c["name"] == "rc2" for c in plan.collectors):
        station = next(c["address"] for c in plan.collectors if c["name"] == "rc2")
        text += [" bmp targets lab", f"  bmp connect {station} port 11020 min-retry 1000 max-retry 2000", "  bmp stats interval 15000",
                 "  bmp monitor ipv4 unicast pre-policy", " exit"]
    for s in router.sessions:
        if s.role == "collector":
            rules += [f"route-map in-{s.peer} deny 10"]
        else:
            rules += [f"route-map in-{s.peer} permit 10", f" set local-preference {s.preference}"]
            rules += [f" set ipv6 next-hop prefer-global"] if plan.ipv6 else []
    rules += ["bgp as-path access-list mine permit ^$", "route-map own permit 10", " match as-path mine"]
    put(f"{name}.conf", "\n".join(text + ["exit"] + rules) + "\n")
    put(f"{name}-zebra.conf", f"hostname {name}\nlog file {WORK}/{name}-zebra.log\n")
    own = ["-A", "127.0.0.1", "-P", "0", "--vty_socket", f"{WORK}/{name}-vty", "-z", f"{WORK}/{name}.zserv"]
    os.makedirs(f"{WORK}/{name}-vty", exist_ok=True)
    shutil.chown(f"{WORK}/{name}-vty", "frr", "frr")  # zebra always runs as this user
    # They leave crash logs in /var/tmp, which is the host's.
    own_tmp = ["sh", "-c", 'mount -t tmpfs tmpfs /var/tmp && exec "$0" "$@"']
    return [(f"zebra-{name}", [*own_tmp, "/usr/lib/frr/zebra", *own, "-f", f"{WORK}/{name}-zebra.conf", "-i", f"{WORK}/{name}-zebra.pid"]),
            (f"bgpd-{name}", [*own_tmp, "/usr/lib/frr/bgpd", "-S", *own, "-f", f"{WORK}/{name}.conf", "-i", f"{WORK}/{name}.pid",
                              *(["-M", "bmp"] if router.bmp else [])])]


# --- GoBGP, OpenBGPD (collectors only)

def gobgp_collector(plan, c):
    families = ["ipv4-unicast"] + (["ipv6-unicast"] if plan.ipv6 else [])
    text = f"""[global.config]
as = {c['asn']}
router-id = "{c['address']}"
port = 179
local-address-list = ["{c['address']}"]
[[bmp-servers]]
[bmp-servers.config]
address = "{c['address']}"
port = 11019
route-monitoring-policy = "pre-policy"
statistics-timeout = 15
[[mrt-dump]]
[mrt-dump.config]
dump-type = "updates"
file-name = "{WORK}/gobgp-updates.mrt"
"""
    for peer in c["peers"]:
        text += f"""[[neighbors]]
[neighbors.config]
neighbor-address = "{peer.loopback}"
peer-as = {peer.asn}
[neighbors.timers.config]
hold-time = {plan.hold}
keepalive-interval = {max(1, plan.hold // 3)}
connect-retry = 5
[neighbors.transport.config]
passive-mode = true
local-address = "{c['address']}"
[neighbors.ebgp-multihop.config]
enabled = true
multihop-ttl = 10
"""
        text += "".join(f'[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = "{f}"\n' for f in families)
    path = put(f"{c['name']}.toml", text)
    return [(f"gobgp-{c['name']}", ["gobgpd", "-f", path, "--api-hosts", "127.0.0.1:50051", "--pprof-disable", "--log-plain"])]


def openbgpd_collector(plan, c):
    text = (f"AS {c['asn']}\nrouter-id {c['address']}\nlisten on {c['address']}\nsocket \"{WORK}/{c['name']}.sock\"\nfib-update no\n"
            f"holdtime {plan.hold}\nholdtime min 3\ndump all in \"{WORK}/{c['name']}-updates.mrt\"\n")
    for peer in c["peers"]:
        text += (f"neighbor {peer.loopback} {{\n\tremote-as {peer.asn}\n\tmultihop 10\n\tpassive\n\tlocal-address {c['address']}\n"
                 f"\tdescr {peer.name}\n\tannounce IPv4 unicast\n" + ("\tannounce IPv6 unicast\n" if plan.ipv6 else "") + "}\n")
    path = put(f"{c['name']}.conf", text + "allow from any\ndeny to any\n")
    os.chmod(path, 0o600)
    os.makedirs("/run/openbgpd", exist_ok=True)
    return [(f"openbgpd-{c['name']}", ["/usr/sbin/bgpd", "-d", "-f", path])]


ROUTERS = {"bird": bird_router, "frr": frr_router}
COLLECTORS = {"bird": bird_collector, "gobgp": gobgp_collector, "openbgpd": openbgpd_collector}


# --- servers

def nsd(s, services):
    name = s["name"]
    folder = f"{WORK}/{name}"
    zone = "$ORIGIN kx.\n$TTL 60\n@ SOA ns.kx. hostmaster.kx. 1 3600 600 86400 60\n@ NS ns.kx.\n@ MX 10 mail.kx.\n"
    zone += f"ns A {s['address']}\nmail A {next((o['address'] for o in services if o['kind'] == 'smtp'), s['address'])}\n"
    named = {o["asks"].removesuffix(".kx"): o["address"] for o in services if o["kind"] == "http"}
    zone += "".join(f"{label} A {address}\n" for label, address in named.items())
    put(f"{name}/kx.zone", zone)
    conf = put(f"{name}/nsd.conf", f"""server:
  ip-address: {s['address']}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: "kx"
  zonefile: "kx.zone"
""")
    return ["nsd", "-d", "-c", conf]


def nginx(s, _services):
    folder = f"{WORK}/{s['name']}"
    temporary = "".join(f"{k}_temp_path {folder}/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = put(f"{s['name']}/nginx.conf", f"""daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; {temporary}
server {{ listen {s['address']}:80; server_name {s.get('asks', 'reference')}; default_type text/html;
location / {{ return 200 "<h1>{s['institution']}</h1>"; }} }} }}
""")
    return ["nginx", "-c", conf, "-p", folder, "-e", f"{folder}/error.log"]


def opensmtpd(s, _services):
    put(f"{s['name']}/smtpd.conf", f'listen on {s["address"]} hostname mail.kx\naction "local" mbox\n'
                                   'match from any for domain "kx" action "local"\n')
    # It keeps its queue and its socket at fixed places: each server gets its own in its mount namespace.
    # It asks who its client is before the banner; without a resolver that would time out.
    put(f"{s['name']}/resolv.conf", "lookup file\nnameserver 127.0.0.1\n")
    script = (f"mount --bind {WORK}/{s['name']}/resolv.conf /etc/resolv.conf && "
              "mount --bind /run/lab /mnt && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/spool && "
              "mkdir -m 711 /var/spool/smtpd && "  # the package makes it at its first start, which need not have been
              f"exec smtpd -d -f /mnt/{s['name']}/smtpd.conf")
    return ["sh", "-c", script]


SERVERS = {"dns": nsd, "http": nginx, "smtp": opensmtpd}
