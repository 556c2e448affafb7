// Package statementtest holds bills for the tests of whatever shows bills: ordinary ones and those at which a page
// may break.
package statementtest
