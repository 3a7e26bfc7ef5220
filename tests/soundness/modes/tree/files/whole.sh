#!/bin/sh
echo whole
