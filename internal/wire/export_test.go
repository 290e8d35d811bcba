package wire

// Compile is for types that only a test makes.
var Compile = compile
