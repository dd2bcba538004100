// SPDX-License-Identifier: ISC
// What the fuzz targets of lines share: a decoder that checks what it is told, a file of given bytes.
#pragma once

#include "decode/decode.h"

// Decodes one line of this form, in a decoder of its own.
void drive_line(uint8_t form, struct cursor line);

// Reads the bytes as a file of any kind of lines, and decodes it.
void drive_file(struct cursor bytes);

// Walks the bytes as a document of IODA, and decodes what comes out.
void drive_ioda(struct cursor bytes);

// Reads each line of the bytes as each tool's would be, the first as ZMap's header, and decodes them.
void drive_tools(struct cursor bytes);

// Reads each line of the bytes as a message of RIS Live, then the whole as a file.
void drive_ris(struct cursor bytes);

// Splits the bytes as a line that names columns and lines that follow it, and decodes them.
void drive_csv(struct cursor bytes);
