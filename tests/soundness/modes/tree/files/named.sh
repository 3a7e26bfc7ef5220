#!/bin/sh
echo named
