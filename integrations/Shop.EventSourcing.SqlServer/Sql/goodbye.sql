DELETE FROM listeners WHERE id = @me
