// Package outside is the floor of foreign machines and foreign formats: one
// package for each, behind a small interface. They translate, and decide
// nothing: no SQL, no prices, and no knowledge of one another.
package outside
