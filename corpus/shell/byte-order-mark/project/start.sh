#!/bin/sh
echo started
exit 3
