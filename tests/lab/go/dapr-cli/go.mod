module lab/dapr-cli

go 1.26

require github.com/dapr/cli v1.16.5

replace github.com/dapr/components-contrib => github.com/dapr/components-contrib v1.16.0
