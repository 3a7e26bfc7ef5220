# The habits of this repository. Each recipe is one plain command, and works without just.

# List the recipes
default:
    @just --list

# Install what the tests and the demo run on
setup:
    cargo xtask setup

# Play the whole story on a simulated AWS, in ./demo
demo:
    cargo xtask demo

# Check everything, as CI does
test:
    cargo xtask test

# Check everything but the end-to-end tests
fast:
    cargo xtask test --fast

# Run the end-to-end tests whose names contain NAME
e2e NAME="":
    cargo test --package infra-e2e -- {{NAME}}

# Trace Ansible on whole trees, and compare with the inputs that infra finds
soundness *ARGS:
    cargo xtask soundness {{ARGS}}

# Take over what snapshot tests now see
accept:
    cargo insta accept

# Format
fmt:
    cargo fmt --all

# Read the documentation of the libraries
doc:
    cargo doc --workspace --no-deps --open
