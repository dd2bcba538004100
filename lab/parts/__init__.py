# SPDX-License-Identifier: ISC
"""The parts of the lab."""
