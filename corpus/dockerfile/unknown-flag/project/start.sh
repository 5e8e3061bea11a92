#!/bin/sh
exec node --version
