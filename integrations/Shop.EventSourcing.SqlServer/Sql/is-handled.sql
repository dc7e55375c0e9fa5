SELECT 1 FROM inbox WHERE endpoint = @endpoint AND message_id = @message
