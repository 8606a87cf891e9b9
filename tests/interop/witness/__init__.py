# SPDX-License-Identifier: Apache-2.0
"""Second implementations of the two key encapsulation mechanisms of src/ssh/pq, written from their specifications for
clarity alone: slow, not constant time. What the C code computes is compared with what these compute."""
