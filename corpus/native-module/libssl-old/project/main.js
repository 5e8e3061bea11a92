require("./build/Release/ledger.node");
