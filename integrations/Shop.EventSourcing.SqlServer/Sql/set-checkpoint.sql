UPDATE checkpoints WITH (UPDLOCK, HOLDLOCK) SET position = @position WHERE projection = @projection;
IF @@ROWCOUNT = 0
  INSERT INTO checkpoints (projection, position) VALUES (@projection, @position);
