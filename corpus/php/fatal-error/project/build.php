<?php
echo "building\n";
ledger_build();
