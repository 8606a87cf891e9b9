/* SPDX-License-Identifier: Apache-2.0
 *
 * tls.c: see tls.h. Runs in couriers and askers; what comes in is hostile until the handshake is over, and a server's
 * word afterwards. libssl is loaded when a process that needs it starts, by nobody else: no other process has it
 * mapped. RFC 5425 sections 4.2 and 5.2, RFC 9887 section 3, RFC 6614 section 2.3, RFC 9525 for the name in the
 * certificate.
 */
#include "tls.h"

#include <dlfcn.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SSL_LIBRARY "libssl.so.3"
#define PIECE       4096

static struct {
	int (*init)(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);
	const SSL_METHOD *(*client_method)(void);
	int (*use_certificate)(SSL *ssl, X509 *cert);
	int (*use_key)(SSL *ssl, EVP_PKEY *key);
	SSL_CTX *(*ctx_new)(const SSL_METHOD *method);
	void (*ctx_free)(SSL_CTX *ctx);
	long (*ctx_ctrl)(SSL_CTX *ctx, int command, long number, void *p);
	int (*ctx_default_paths)(SSL_CTX *ctx);
	void (*ctx_set_verify)(SSL_CTX *ctx, int mode, SSL_verify_cb callback);
	void (*ctx_set_store)(SSL_CTX *ctx, X509_STORE *store);
	SSL *(*make)(SSL_CTX *ctx);
	void (*free)(SSL *ssl);
	void (*set_bio)(SSL *ssl, BIO *in, BIO *out);
	void (*set_connect)(SSL *ssl);
	X509_VERIFY_PARAM *(*get_param)(SSL *ssl);
	long (*ctrl)(SSL *ssl, int command, long number, void *p);
	int (*handshake)(SSL *ssl);
	int (*read)(SSL *ssl, void *p, int n);
	int (*write)(SSL *ssl, const void *p, int n);
	int (*get_error)(const SSL *ssl, int rc);
	long (*verified)(const SSL *ssl);
	const char *(*version)(const SSL *ssl);
	const SSL_CIPHER *(*cipher)(const SSL *ssl);
	const char *(*cipher_name)(const SSL_CIPHER *cipher);
} lib;

static SSL_CTX *host_store; /* trusts the system's; NULL: it is not to be used */

struct tls {
	SSL *ssl;
	BIO *in, *out; /* of ssl */
	bool up, confirmed;
};

static int load(void)
{
	static const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{ "OPENSSL_init_ssl", &lib.init },
		{ "TLS_client_method", &lib.client_method },
		{ "SSL_use_certificate", &lib.use_certificate },
		{ "SSL_use_PrivateKey", &lib.use_key },
		{ "SSL_CTX_new", &lib.ctx_new },
		{ "SSL_CTX_free", &lib.ctx_free },
		{ "SSL_CTX_ctrl", &lib.ctx_ctrl },
		{ "SSL_CTX_set_default_verify_paths", &lib.ctx_default_paths },
		{ "SSL_CTX_set_verify", &lib.ctx_set_verify },
		{ "SSL_CTX_set_cert_store", &lib.ctx_set_store },
		{ "SSL_new", &lib.make },
		{ "SSL_free", &lib.free },
		{ "SSL_set_bio", &lib.set_bio },
		{ "SSL_set_connect_state", &lib.set_connect },
		{ "SSL_get0_param", &lib.get_param },
		{ "SSL_ctrl", &lib.ctrl },
		{ "SSL_do_handshake", &lib.handshake },
		{ "SSL_read", &lib.read },
		{ "SSL_write", &lib.write },
		{ "SSL_get_error", &lib.get_error },
		{ "SSL_get_verify_result", &lib.verified },
		{ "SSL_get_version", &lib.version },
		{ "SSL_get_current_cipher", &lib.cipher },
		{ "SSL_CIPHER_get_name", &lib.cipher_name },
	};
	void *handle = dlopen(SSL_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; handle && i < sizeof symbols / sizeof *symbols; i++) {
		void *found = dlsym(handle, symbols[i].name);

		if (!found)
			return E_UNSUPPORTED;
		memcpy(symbols[i].to, &found, sizeof found);
	}
	return handle ? 0 : E_UNSUPPORTED;
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *ctx = lib.ctx_new(lib.client_method());

	if (ctx) {
		lib.ctx_ctrl(ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
		lib.ctx_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	}
	return ctx;
}

int tls_prepare(bool with_host_store)
{
	SSL_CTX *ctx;
	SSL *once;

	/* A certificate's dates are put into words, in a time zone that is not looked up then. */
	setenv("TZ", "UTC0", 1);
	tzset();
	if (load() < 0 || lib.init(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return E_UNSUPPORTED;
	ctx = make_context();
	if (!ctx || (with_host_store && lib.ctx_default_paths(ctx) != 1))
		return E_UNSUPPORTED;
	once = lib.make(ctx); /* what is made once is made now */
	lib.free(once);
	if (with_host_store)
		host_store = ctx;
	else
		lib.ctx_free(ctx);
	return once ? 0 : E_UNSUPPORTED;
}

/* --- a new connection --- */

static X509_STORE *read_store(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509_STORE *store = X509_STORE_new();
	unsigned n = 0;
	X509 *cert;

	while (bio && store && (cert = PEM_read_bio_X509(bio, NULL, NULL, (void *)""))) {
		n += X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
	}
	BIO_free(bio);
	ERR_clear_error(); /* the end of the file is one */
	if (n)
		return store;
	X509_STORE_free(store);
	return NULL;
}

/* A context of its own for who has its own authorities; the connection keeps it alive. */
static SSL *make_ssl(struct str authorities, struct errbuf *e)
{
	X509_STORE *store;
	SSL_CTX *ctx;
	SSL *ssl;

	if (authorities.n == 0 && host_store)
		return lib.make(host_store);
	store = read_store(authorities);
	if (!store) {
		err_set(e, E_INVAL, "no certificate in the file of authorities");
		return NULL;
	}
	ctx = make_context();
	if (!ctx) {
		X509_STORE_free(store);
		return NULL;
	}
	lib.ctx_set_store(ctx, store);
	ssl = lib.make(ctx);
	lib.ctx_free(ctx);
	return ssl;
}

/* The first is this end's own; the others go along, and nothing else does. */
static bool show_chain(SSL *ssl, struct str chain)
{
	const unsigned char *p = chain.p, *end = chain.p + chain.n;
	bool good = true, own = true;

	lib.ctrl(ssl, SSL_CTRL_MODE, SSL_MODE_NO_AUTO_CHAIN, NULL);
	while (good && p < end) {
		X509 *cert = d2i_X509(NULL, &p, end - p);

		good = cert &&
		       (own ? lib.use_certificate(ssl, cert) == 1 : lib.ctrl(ssl, SSL_CTRL_CHAIN_CERT, 1, cert) == 1);
		own = false;
		X509_free(cert);
	}
	return good && !own;
}

/* libssl checks that they belong together. */
static bool show(SSL *ssl, const struct tls_ends *ends, struct errbuf *e)
{
	const unsigned char *p = ends->key.p;
	EVP_PKEY *key;
	bool good;

	if (!ends->chain.n)
		return true;
	key = d2i_AutoPrivateKey(NULL, &p, (long)ends->key.n);
	good = key && show_chain(ssl, ends->chain) && lib.use_key(ssl, key) == 1;
	EVP_PKEY_free(key);
	if (!good)
		err_set(e, E_CRYPTO, "this device's certificate or key cannot be used");
	return good;
}

/* Certificates name an address as such, never as a name. */
static bool expect(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = lib.get_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
		return true;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, name, 0) == 1 &&
	       lib.ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)(uintptr_t)name) == 1;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	if (t->ssl)
		lib.free(t->ssl); /* its BIOs, too */
	free(t);
}

/* The least version is that of the context, unless only the last one will do. */
static int begin(struct tls *t, const struct tls_ends *ends)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (!in || !out || !expect(t->ssl, ends->name) ||
	    (ends->only_13 && lib.ctrl(t->ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_3_VERSION, NULL) != 1)) {
		BIO_free(in);
		BIO_free(out);
		return E_NOMEM;
	}
	t->in = in;
	t->out = out;
	lib.set_bio(t->ssl, in, out);
	lib.set_connect(t->ssl);
	return 0;
}

struct tls *tls_new(const struct tls_ends *ends, struct errbuf *e)
{
	struct tls *t = calloc(1, sizeof *t);

	err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	if (!t)
		return NULL;
	t->ssl = make_ssl(ends->authorities, e);
	if (t->ssl && show(t->ssl, ends, e) && begin(t, ends) == 0)
		return t;
	tls_free(t);
	return NULL;
}

/* --- bytes --- */

static void drain(const struct tls *t, struct buf *out)
{
	uint8_t piece[PIECE];
	int n;

	while ((n = BIO_read(t->out, piece, sizeof piece)) > 0)
		buf_put(out, piece, (size_t)n);
}

/* An alert of the other end about this end's certificate. */
static bool is_refusal(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	       ((reason >= SSL_R_SSLV3_ALERT_BAD_CERTIFICATE && reason <= SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN) ||
		reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_TLSV1_ALERT_ACCESS_DENIED ||
		reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
}

static int why(const struct tls *t, int rc, struct errbuf *e)
{
	int error = lib.get_error(t->ssl, rc);
	long verified = lib.verified(t->ssl);
	unsigned long said = ERR_peek_error();
	const char *reason = ERR_reason_error_string(said);

	if (error == SSL_ERROR_WANT_READ)
		return 0;
	if (error == SSL_ERROR_ZERO_RETURN)
		return err_set(e, E_CLOSED, "the other end ended the connection");
	if (verified != X509_V_OK)
		return err_set(e, E_DENIED, "its certificate is refused: %s", X509_verify_cert_error_string(verified));
	if (is_refusal(said))
		return err_set(e, E_DENIED, "it refuses this device's certificate: %s", reason ? reason : "no reason");
	return err_set(e, E_IO, "TLS: %s", reason ? reason : "failed");
}

/* Tickets and the like are in there, too. */
static int hear(const struct tls *t, struct buf *heard, struct errbuf *e)
{
	uint8_t piece[PIECE];
	int n;

	while ((n = lib.read(t->ssl, piece, sizeof piece)) > 0)
		buf_put(heard, piece, (size_t)n);
	OPENSSL_cleanse(piece, sizeof piece);
	n = why(t, n, e);
	return n < 0 ? n : 1;
}

int tls_take(struct tls *t, struct str in, struct buf *out, struct buf *heard, struct errbuf *e)
{
	bool before = t->up;
	int rc;

	if (in.n && BIO_write(t->in, in.p, (int)in.n) != (int)in.n)
		return err_set(e, E_NOMEM, "%s", err_text(E_NOMEM));
	ERR_clear_error();
	if (!t->up) {
		rc = lib.handshake(t->ssl);
		t->up = rc == 1 && lib.verified(t->ssl) == X509_V_OK;
		rc = t->up ? 1 : why(t, rc, e);
	} else {
		rc = 1;
	}
	if (t->up)
		rc = hear(t, heard, e);
	t->confirmed |= t->up && rc == 1 && (before ? in.n > 0 : strcmp(lib.version(t->ssl), "TLSv1.3") != 0);
	drain(t, out); /* an alert goes out, too */
	return rc;
}

bool tls_confirmed(const struct tls *t)
{
	return t->confirmed;
}

int tls_put(struct tls *t, struct str bytes, struct buf *out, struct errbuf *e)
{
	int rc;

	if (!t->up)
		return err_set(e, E_STATE, "%s", err_text(E_STATE));
	ERR_clear_error();
	rc = lib.write(t->ssl, bytes.p, (int)bytes.n);
	if (rc != (int)bytes.n) {
		rc = why(t, rc, e);
		return rc < 0 ? rc : err_set(e, E_IO, "TLS: failed");
	}
	drain(t, out);
	return 0;
}

void tls_describe(const struct tls *t, char text[TLS_DESCRIBED])
{
	const char *cipher = lib.cipher_name(lib.cipher(t->ssl));

	snprintf(text, TLS_DESCRIBED, "%s, %s", lib.version(t->ssl), cipher ? cipher : "no cipher");
}
