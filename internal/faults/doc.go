// Package faults has everything that a user's code can do wrong happen wherever
// the library calls it, and looks whether life goes on. It is nothing but its
// test: a matrix of callbacks (sites_test.go), faults (faults_test.go) and
// moments, and what has to be true after each (matrix_test.go).
package faults
