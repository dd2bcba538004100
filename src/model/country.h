// SPDX-License-Identifier: ISC
// Countries and territories by code and by the names that people use for them (data/countries.csv). Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COUNTRY_CODE_SIZE 3 // "KP" and its end

// Name of a two-letter code in capitals: "North Korea". Null: not in the list. Static text.
const char *country_name(const char *code);

// Code of the country of that name, in any case, with or without marks and "the": "north korea", "DPRK", "PRK", "Cote d'Ivoire",
// "UK". False: not in the list; two-letter codes other than the few that are usual names are not looked at.
bool country_of_name(const char *name, char ret_code[COUNTRY_CODE_SIZE]);

// Countries that somebody may have meant by a name that is in nobody's row: "Korea", "Guinee". Fills up to `most` codes and
// returns how many.
size_t country_like(const char *name, char ret_codes[][COUNTRY_CODE_SIZE], size_t most);
