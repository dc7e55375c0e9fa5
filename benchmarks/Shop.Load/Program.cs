using Shop.Load;

return await LoadCommand.RunAsync(args, Console.Out, Console.Error);
