// SPDX-License-Identifier: ISC
// An XDP program that answers every ICMP echo request to 198.18.0.0/15 on the spot (so that a bench measures the prober and not the
// kernel's own responder, which loses replies under load), and one that lets everything pass: a veth wants one at each end.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#define SECTION(name) __attribute__((section(name), used))

struct echo {
	__u8 type, code;
	__u16 checksum;
};

struct packet {
	struct ethhdr link;
	struct iphdr ip;
	struct echo icmp;
} __attribute__((packed));

static __always_inline int is_request(const struct packet *p)
{
	return p->link.h_proto == __builtin_bswap16(ETH_P_IP) && p->ip.version == 4 && p->ip.ihl == 5 &&
	       p->ip.protocol == IPPROTO_ICMP && p->icmp.type == 8 &&
	       (p->ip.daddr & __builtin_bswap32(0xfffe0000)) == __builtin_bswap32(0xc6120000);
}

static __always_inline void turn_round(struct packet *p)
{
	__u8 link[ETH_ALEN];
	__builtin_memcpy(link, p->link.h_dest, ETH_ALEN);
	__builtin_memcpy(p->link.h_dest, p->link.h_source, ETH_ALEN);
	__builtin_memcpy(p->link.h_source, link, ETH_ALEN);
	__u32 address = p->ip.daddr;
	p->ip.daddr = p->ip.saddr;
	p->ip.saddr = address;
	p->icmp.type = 0;
	__u32 sum = p->icmp.checksum + 8; // the type was 8 in the low byte of the first word
	p->icmp.checksum = (__u16)((sum & 0xffff) + (sum >> 16));
}

SECTION("xdp") int echo(struct xdp_md *context)
{
	struct packet *p = (void *)(long)context->data;
	if ((void *)(p + 1) > (void *)(long)context->data_end || !is_request(p))
		return XDP_PASS;
	turn_round(p);
	return XDP_TX;
}

SECTION("xdp.pass") int pass(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char licence[] SECTION("license") = "ISC";
