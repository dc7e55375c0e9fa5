using Shop.Host;

return await CommandLine.RunAsync(args);
