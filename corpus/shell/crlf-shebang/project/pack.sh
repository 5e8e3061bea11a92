#!/bin/bash
echo packed
