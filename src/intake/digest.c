// SPDX-License-Identifier: ISC
// Digests of what a run decides by, and of evidence files.
#include "intake/digest.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (1u << 18)

static void digest_finish(EVP_MD_CTX *context, char ret[DIGEST_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct text t = {0};
	EVP_DigestFinal_ex(context, digest, &n);
	text_hex(&t, digest, n < 32 ? n : 32);
	memcpy(ret, text_string(&t), t.length + 1);
	text_free(&t);
}

void digest_bytes(const void *bytes, size_t n, char ret[DIGEST_TEXT])
{
	must(bytes || !n);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	EVP_DigestUpdate(context, bytes, n);
	digest_finish(context, ret);
	EVP_MD_CTX_free(context);
}

int digest_file(const char *path, char ret[DIGEST_TEXT])
{
	must(path);
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return ERR_NO_FILE;
	}
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char *buffer = alloc_zero(READ_BYTES, 1);
	ssize_t n;
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	while ((n = read(fd, buffer, READ_BYTES)) > 0)
		EVP_DigestUpdate(context, buffer, (size_t)n);
	int code = n < 0 ? -errno : 0;
	if (code == 0)
		digest_finish(context, ret);
	EVP_MD_CTX_free(context);
	free(buffer);
	close(fd);
	return code;
}
