module github.com/seed-7832d3a3/coppice

go 1.26
