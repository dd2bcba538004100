# SPDX-License-Identifier: ISC
"""An authority and certificates of ours, by the openssl command: good, expired, of another host, self-signed, of an unknown authority."""
import os
import time

from lab import run

NAME = "www.example.kx"


def key(folder, name):
    path = os.path.join(folder, name + ".key")
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
    return path


def authority(folder, name):
    path = os.path.join(folder, name + ".pem")
    run("openssl", "req", "-x509", "-new", "-key", key(folder, name), "-subj", f"/CN={name}", "-days", "400", "-out", path)
    return path


def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


class Issuer:
    """`openssl ca`, the one command that takes both dates."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate = authority(folder, name)
        self.config = os.path.join(folder, name + ".cnf")
        for end, text in ((".index", ""), (".serial", "1000\n")):
            with open(os.path.join(folder, name + end), "w", encoding="ascii") as file:
                file.write(text)

    def issue(self, name, subject, begin, end):
        """(certificate and chain, key); subject: the subjectAltName."""
        path, at = os.path.join(self.folder, name), os.path.join(self.folder, self.name)
        private = key(self.folder, name)
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={at}.index\nserial={at}.serial\nnew_certs_dir={self.folder}\n"
                       f"default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
                       f"[e]\nsubjectAltName={subject}\nbasicConstraints=CA:FALSE\n")
        run("openssl", "req", "-new", "-key", private, "-subj", f"/CN={name}", "-out", path + ".csr")
        run("openssl", "ca", "-batch", "-notext", "-config", self.config, "-extensions", "e", "-cert", self.certificate, "-keyfile",
            at + ".key", "-startdate", stamp(begin), "-enddate", stamp(end), "-in", path + ".csr", "-out", path + ".leaf")
        with open(path + ".pem", "w", encoding="ascii") as out:
            for part in (path + ".leaf", self.certificate):
                with open(part, encoding="ascii") as file:
                    out.write(file.read())
        return path + ".pem", private


def self_signed(folder):
    private, path = key(folder, "self"), os.path.join(folder, "self.pem")
    run("openssl", "req", "-x509", "-new", "-key", private, "-subj", "/CN=self", "-addext", f"subjectAltName=DNS:{NAME}",
        "-days", "90", "-out", path)
    return path, private
