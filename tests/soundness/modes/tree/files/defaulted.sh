#!/bin/sh
echo defaulted
