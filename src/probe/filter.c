// SPDX-License-Identifier: ISC
// The two filter programs. A jump that would leave its packet ends the filter with "drop" by itself.
#include "probe/filter.h"

#include "wire/echo.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

#define WHOLE		0xffff // bytes that are passed on
#define ANCILLARY(what) ((uint32_t)(SKF_AD_OFF + (what)))

static int filter_attach(int fd, struct sock_filter *program, size_t n)
{
	struct sock_fprog f = {(unsigned short)n, program};
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &f, sizeof(f)) ? -errno : 0;
}

int filter_attach_v4(int fd, const struct filter_want *want)
{
	struct sock_filter program[] = {
		// Not sent to somebody else.
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ANCILLARY(SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, want->host_only ? 0 : UINT32_MAX, 20, 0),
		// ICMP, first fragment.
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 18),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 16, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO4_REPLY, 11, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO4_UNREACHABLE, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO4_EXCEEDED, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO4_PARAMETER, 0, 10),
		// An error: step over the quoted IP header to an echo request.
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, ECHO_HEAD_BYTES),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 15),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, ECHO_HEAD_BYTES),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO4_REQUEST, 0, 2),
		// A reply, or the quoted request: ours.
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want->id, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, WHOLE),
	};
	return filter_attach(fd, program, ARRAY_LEN(program));
}

int filter_attach_v6(int fd, const struct filter_want *want)
{
	const uint32_t quoted = ECHO_HEAD_BYTES + ECHO_IP6_BYTES;
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_REPLY, 9, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_UNREACHABLE, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_EXCEEDED, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_PARAMETER, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ECHO_HEAD_BYTES + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, quoted),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_REQUEST, 0, 4),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, quoted + 4),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want->id, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, WHOLE),
	};
	return filter_attach(fd, program, ARRAY_LEN(program));
}
